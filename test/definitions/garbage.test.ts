import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cronFault } from '../../src/definitions/cron-expression.ts'
import { readYaml } from '../../src/definitions/read-yaml.ts'
import { poolOf } from '../../src/definitions/resolve-app.ts'
import { APP, CLUSTER, inFolder, said } from './folder.ts'
import { costsAtMost } from '../support/cpu.ts'

const product = ['flight.yml', 'clusters/staging.yml', 'clusters/production.yml', 'apps/shop.yml', 'apps/api.yml'].map(
  (file) => [file, readFileSync(new URL(`../fixtures/product/${file}`, import.meta.url), 'utf8')] as const,
)
// `said` lets anything but a FlightError through, and a rejected promise fails the property.
const judge = (files: Record<string, string>) => inFolder(files, said)

test('random text is refused or read, never thrown about', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ maxLength: 200 }),
      fc.string({ maxLength: 200 }),
      async (a, b, c) => {
        await judge({ 'flight.yml': a, 'clusters/staging.yml': b, 'apps/shop.yml': c })
      },
    ),
    { numRuns: 150 },
  )
})

test('random data in every key is refused or read, never thrown about', async () => {
  const keys = fc.constantFrom(
    'php',
    'servers',
    'ssh',
    'php_source',
    'extends',
    'domains',
    'redirects',
    'nginx',
    'linked_dirs',
    'cluster',
    'repo',
    'php_ini',
    'real_ip',
    'health_check',
    'build',
  )
  const entry = fc.tuple(keys, fc.jsonValue({ maxDepth: 3 }))
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
      const text = JSON.stringify(Object.fromEntries(entries))
      await judge({ 'flight.yml': text, 'clusters/staging.yml': text, 'apps/shop.yml': text, 'apps/_base.yml': text })
    }),
    { numRuns: 150 },
  )
})

test('a product example with a piece cut out or doubled is refused or read, never thrown about', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...product),
      fc.nat(),
      fc.nat(40),
      fc.boolean(),
      async ([file, text], start, length, doubled) => {
        const from = start % text.length
        const cut =
          text.slice(0, from) + (doubled ? text.slice(from, from + length).repeat(2) : '') + text.slice(from + length)
        await judge({ ...Object.fromEntries(product), [file]: cut })
      },
    ),
    { numRuns: 200 },
  )
})

test('text nested without end is refused at once', async () => {
  for (const text of [
    '['.repeat(200_000),
    '{a: '.repeat(200_000),
    '- '.repeat(400_000),
    '? '.repeat(100_000),
    '&a '.repeat(10_000),
    '"'.repeat(100_001),
    '>'.repeat(100_000),
  ]) {
    const judging = async () => {
      const { problems } = await judge({ 'clusters/staging.yml': CLUSTER, 'apps/shop.yml': `${APP}servers: ${text}` })
      assert.is(problems.length, 1, text.slice(0, 10))
    }
    await costsAtMost(2000, judging, text.slice(0, 10))
  }
})

test('a place is where the text is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('\n', '\r\n', '# x\n', '\n\n'), { maxLength: 20 }),
      fc.nat(10),
      (blank, indent) => {
        const before = blank.join('')
        const node = readYaml('x.yml', `${before}key: ${' '.repeat(indent)}value\n`)
        assert.ok('kind' in node && node.kind === 'map')
        const place = node.entries.get('key')?.node.place
        assert.equal(place, { file: 'x.yml', line: before.split('\n').length, column: 6 + indent })
      },
    ),
  )
})

test('a pool with its defaults is always in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 4, maxLength: 4 }),
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      (numbers, [a, b, c]) => {
        const [min, initial, maxSpare, max] = numbers.sort((x, y) => x - y) as [number, number, number, number]
        const pool = poolOf({
          max_workers: max,
          ...(a ? { min_spare_workers: min } : {}),
          ...(b ? { initial_workers: initial } : {}),
          ...(c ? { max_spare_workers: maxSpare } : {}),
        })
        assert.ok(pool.pm === 'dynamic')
        assert.ok(pool.minSpareWorkers >= 1 && pool.minSpareWorkers <= pool.initialWorkers)
        assert.ok(pool.initialWorkers <= pool.maxSpareWorkers && pool.maxSpareWorkers <= pool.maxWorkers)
      },
    ),
  )
})

const crons: [string, boolean][] = [
  ['* * * * *', true],
  ['*/5 0-23/2 1,15 jan-jun mon-fri', true],
  ['59 23 31 12 7', true],
  ['0 0 * * MON', true],
  ['60 * * * *', false],
  ['* 24 * * *', false],
  ['* * 0 * *', false],
  ['* * * 13 *', false],
  ['* * * * 8', false],
  ['1,,2 * * * *', false],
  ['*/0 * * * *', false],
  ['5-1 * * * *', false],
  ['5/2 * * * *', false],
  ['mon * * * *', false],
  ['1-2-3 * * * *', false],
]

for (const [expression, fine] of crons) {
  test(`cron ${fine ? 'understands' : 'does not understand'} ${expression}`, () => {
    assert.is(cronFault(expression) === undefined, fine)
  })
}

test.run()
