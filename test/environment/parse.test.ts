import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { environment, line, refusal } from './environments.ts'
import { costsAtMost } from '../support/cpu.ts'

// What these cases say was asked of vlucas/phpdotenv 5 itself, except for what parse.ts names as stricter.
type Read = { title: string; text: string; reads: [string, string][] }
type Refused = { title: string; text: string; refused: string[] }
const cases = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`cases/${name}.json`, import.meta.url), 'utf8')) as T[]

for (const { title, text, reads } of cases<Read>('read')) {
  test(`it reads ${title}`, () => {
    const { entries, content } = environment(text)
    assert.equal(
      entries.map(({ key, value }) => [key, value.reveal()]),
      reads,
    )
    assert.is(content.reveal(), text)
  })
}

for (const { title, text, refused } of cases<Refused>('refused')) {
  test(`it refuses ${title}`, () => {
    const error = refusal(Buffer.from(text))
    assert.equal(
      error?.problems.map(({ where, what }) => `${where}: ${what}`),
      refused,
    )
    assert.ok(error?.problems.every(({ code, hint }) => code === 'FLIGHT_ENV_UNREADABLE' && hint !== undefined))
  })
}

test('an entry knows the line on which it begins', () => {
  assert.equal(
    environment('# x\nA="1\n2"\n\nB=3\n').entries.map(({ line }) => line),
    [2, 5],
  )
})

test('an entry knows which of its references Laravel replaces', () => {
  const { entries } = environment('A="${X}\\${X}${Y}"\nB=\'${X}\'\nC=${X}\nD="$X"\n')
  assert.equal(
    entries.map(({ expands }) => expands),
    [[true, false, true], [false], [true], []],
  )
})

test('a key that is written again is read, with a warning', () => {
  const { warnings } = environment('A=1\nB=2\nA=3\nA=4\n')
  assert.equal(warnings, [
    { where: '.env:4', what: 'A is set 3 times, first on line 1: the last one counts', hint: 'Remove the others.' },
  ])
})

test('a comment that takes lines with it is read, with a warning', () => {
  const { entries, warnings } = environment('A=1\n# B="c\nD=2\nE="f"\nG=3\n')
  assert.equal(
    entries.map(({ key }) => key),
    ['A', 'G'],
  )
  assert.equal(
    warnings.map(({ where, what }) => `${where}: ${what}`),
    ['.env:2: this comment opens a quote that goes on to line 4: Laravel reads none of these lines'],
  )
})

const BYTES: readonly [string, Uint8Array, string[]][] = [
  ['a NUL', Buffer.from('A=1\nB=x\0y\n'), ['.env:2:4: a NUL byte']],
  ['bytes that are not UTF-8', Buffer.from('A=é\nB=\xe9x', 'latin1'), ['.env:1:3: this is not UTF-8']],
  [
    'bytes that are not UTF-8 behind some that are',
    Buffer.concat([Buffer.from('\ufeffA=\ufffdé\r\nB='), Buffer.from([0xef, 0xbf])]),
    ['.env:2:3: this is not UTF-8'],
  ],
  ['a surrogate in UTF-8', Buffer.from([0x41, 0x3d, 0xed, 0xa0, 0x80]), ['.env:1:3: this is not UTF-8']],
  ['UTF-16', Buffer.from('\ufeffA=1\n', 'utf16le'), ['.env:1:1: this is not UTF-8', '.env:1:4: a NUL byte']],
  ['more than 1 MB', Buffer.alloc(1024 * 1024 + 1, 'A=1\n'), ['.env: is larger than 1 MB']],
]

for (const [title, bytes, problems] of BYTES) {
  test(`it refuses ${title}`, () => {
    assert.equal(
      refusal(bytes)?.problems.map(({ where, what }) => `${where}: ${what}`),
      problems,
    )
  })
}

test('exactly 1 MB is read', () => {
  assert.is(refusal(Buffer.alloc(1024 * 1024, 'A=1\n')), undefined)
})

test('of very many problems a hundred are listed, and how many more there are', () => {
  const problems = refusal(Buffer.alloc(500_000, 'x\n'))?.problems ?? []
  assert.is(problems.length, 101)
  assert.is(problems.at(-1)?.what, '249900 more problems of this sort')
})

test('whatever the bytes are, they are read or refused', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'A=',
      '="',
      '"',
      "'",
      '\\',
      '#',
      '$',
      '${A}',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '\f',
      'export ',
      'é',
      '😀',
      'n',
      '\0',
      '\ufeff',
    ),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        pieces.map((all) => new Uint8Array(Buffer.from(all.join('')))),
      ),
      (bytes) => {
        for (const { where } of refusal(bytes)?.problems ?? []) assert.match(where, /^\.env:\d+:\d+$/)
      },
    ),
    { numRuns: 2000 },
  )
})

test('any value in double quotes, its quotes, backslashes and dollars escaped, is read as it is', () => {
  const value = fc.string({
    unit: fc.oneof(
      fc.constantFrom('$(reboot)', '`', '"', "'", '#', '=', "='", '\\', '\\n', '${A}', ' '),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 30,
  })
  fc.assert(
    fc.property(
      value.filter((text) => !/[\0\r\n]/.test(text)),
      (text) => {
        assert.is(environment(line('KEY', text)).entries[0]?.value.reveal(), text)
      },
    ),
    { numRuns: 1000 },
  )
})

test('5,000 keys are read in well under a second', async () => {
  const text = Array.from(
    { length: 5000 },
    (_, index) => `KEY_${index}="value ${index} \${KEY_1} \\"quoted\\"" # why`,
  ).join('\n')
  await costsAtMost(500, () => assert.is(environment(text).entries.length, 5000))
})

const LONG: readonly [string, string][] = [
  ['blanks', `A=${' '.repeat(1_000_000)}x y`],
  ['blanks in a name', `A${' '.repeat(1_000_000)}B=x`],
  ['quotes', `A="${'\\"'.repeat(500_000)}`],
  ['lines in quotes', `A="${'\n'.repeat(1_000_000)}"`],
  ['opened quotes', 'A="\n'.repeat(250_000)],
  ['blanks on every line', ` ${'\t'.repeat(999)}\n`.repeat(1000)],
]

for (const [title, text] of LONG) {
  test(`a megabyte of ${title} takes no second`, async () => {
    await costsAtMost(1000, () => refusal(Buffer.from(text)))
  })
}

test.run()
