import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { digestOf } from '../../src/engine/digest.ts'
import { readPlanFile, readShownPlanFile } from '../../src/operations/plan-file.ts'
import { flight, folderWith } from '../cli/flight-process.ts'
import { costsAtMost } from '../support/cpu.ts'
import { refusal } from '../support/runs.ts'

// Only the bytes that were written are a plan, in a plain file; everything else is refused as what it is, without a
// word of what it holds.

const PLAN = readFileSync(fileURLToPath(new URL('../../plans/changed-limit.json', import.meta.url)), 'utf8')
const CANARY = 'canary-of-somebody'
const MEGABYTE = 1024 * 1024

type Case = { what: string; make(at: string): void; says: RegExp }

const file = (text: string | Uint8Array) => (at: string) => writeFileSync(at, text)

const NO_PLANS: readonly Case[] = [
  {
    what: 'a link to a plan',
    make(at) {
      writeFileSync(`${at}.real`, PLAN)
      symlinkSync(`${at}.real`, at)
    },
    says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is a symbolic link; a plan must be a regular file/,
  },
  {
    what: 'a link to a secret',
    make(at) {
      writeFileSync(`${at}.real`, `${CANARY}\n`)
      symlinkSync(`${at}.real`, at)
    },
    says: /is a symbolic link/,
  },
  { what: 'a link to nothing', make: (at) => symlinkSync(`${at}.gone`, at), says: /is a symbolic link/ },
  { what: 'a folder', make: (at) => mkdirSync(at), says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is a folder/ },
  {
    what: 'a pipe that nobody writes to',
    make: (at) => void execFileSync('mkfifo', [at]),
    says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is a device or a pipe/,
  },
  {
    what: 'a file of 700 MB',
    make(at) {
      writeFileSync(at, PLAN)
      truncateSync(at, 700 * MEGABYTE)
    },
    says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is larger than a plan can be \(64 MB\)/,
  },
  {
    what: 'a million lists in each other',
    make: file('['.repeat(1_000_000)),
    says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is nested deeper than 64 levels/,
  },
  {
    what: 'a plan that is nested without end at one place',
    make: file(PLAN.replace('"missing":[]', `"missing":${'['.repeat(100_000)}${']'.repeat(100_000)}`)),
    says: /is nested deeper than 64 levels/,
  },
  { what: 'a secret', make: file(`${CANARY}\n`), says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is not a complete plan file/ },
  { what: 'a secret as JSON', make: file(`"${CANARY}"`), says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is no plan of Flight/ },
  {
    what: 'a secret for a format',
    make: file(`{"format":"${CANARY}"}`),
    says: /^FLIGHT_PLAN_FORMAT 3 .*: has a format that this Flight does not know/,
  },
  {
    what: 'a secret for a digest',
    make: file(PLAN.replace(/"digest":"[^"]*"/, `"digest":"${CANARY}"`)),
    says: /^FLIGHT_PLAN_EDITED 3 .*, it says none/,
  },
  { what: 'a mark of the byte order', make: file(`\ufeff${PLAN}`), says: /^FLIGHT_PLAN_UNREADABLE 3/ },
  {
    what: 'bytes that are no text',
    make: file(Buffer.concat([Buffer.from(PLAN), Buffer.from([0xff])])),
    says: /^FLIGHT_PLAN_UNREADABLE 3 .*: is not UTF-8 text/,
  },
  {
    what: 'no newline',
    make: file(PLAN.trimEnd()),
    says: /^FLIGHT_PLAN_EDITED 3 .*: holds a plan, but not byte for byte/,
  },
  { what: 'a newline more', make: file(`${PLAN}\n`), says: /not byte for byte as Flight wrote it/ },
  { what: 'other spaces', make: file(JSON.stringify(JSON.parse(PLAN), null, 2)), says: /the file was reformatted/ },
  { what: 'the line ends of Windows', make: file(PLAN.replace('\n', '\r\n')), says: /has Windows line ends/ },
  {
    what: 'a key that appears twice',
    make: file(PLAN.replace('"missing":[]', '"missing":[1],"missing":[]')),
    says: /a key appears twice/,
  },
  {
    what: 'another spelling of a letter',
    make: file(PLAN.replace('"missing"', '"\\u006dissing"')),
    says: /not byte for byte as Flight wrote it/,
  },
  {
    what: 'a number that is spelled otherwise',
    make: file(PLAN.replace('"format":3', '"format":3.0')),
    says: /not byte for byte as Flight wrote it/,
  },
]

for (const { what, make, says } of NO_PLANS)
  test(`no plan: ${what}`, async () => {
    const at = join(folderWith({}), 'plan.json')
    make(at)
    for (const read of [readPlanFile, readShownPlanFile]) {
      const error = await refusal(read(at))
      const [first] = error.problems
      assert.match(`${first?.code} ${error.exit} ${error.message}`, says)
      assert.ok(first?.hint !== undefined, 'it has a way out')
      assert.not.match(JSON.stringify(error.problems), CANARY)
    }
  })

test('no plan: a device', async () => {
  const error = await refusal(readPlanFile('/dev/zero'))
  assert.match(error.message, /^\/dev\/zero: is a device or a pipe/)
})

test('what is written is read, byte for byte, from a file and from a pipe', async () => {
  const folder = folderWith({ 'plan.json': PLAN, 'flight.yml': '' })
  assert.is((await readPlanFile(join(folder, 'plan.json'))).digest, (JSON.parse(PLAN) as { digest: string }).digest)
  const shown = await flight(['show', '-', '--json'], { cwd: folder, stdin: PLAN })
  assert.is(shown.exit, 0, shown.stderr)
  assert.equal(JSON.parse(shown.stdout), JSON.parse(PLAN))
})

test('a pipe that never ends is refused once it is larger than a plan', async () => {
  const zeros = 'x'.repeat(65 * MEGABYTE)
  const { exit, stderr } = await flight(['apply', '-'], { cwd: folderWith({ 'flight.yml': '' }), stdin: zeros })
  assert.is(exit, 3, stderr)
  assert.match(stderr, /stdin: is larger than a plan can be/)
  assert.not.match(stderr, /bug of Flight|^\s+at /m)
})

test('the command line refuses all of them without a stack', async () => {
  for (const [index, { what, make }] of NO_PLANS.entries()) {
    const folder = folderWith({ 'flight.yml': '' })
    make(join(folder, 'plan.json'))
    const { exit, stderr, stdout } = await flight([index % 2 === 0 ? 'apply' : 'show', 'plan.json'], { cwd: folder })
    assert.is(exit, 3, `${what}: ${stderr}`)
    assert.not.match(stderr + stdout, /bug of Flight|^\s+at |canary-of-somebody/m, what)
  }
})

test('judging a plan of 60 MB is linear', async () => {
  const { digest: _digest, ...body } = JSON.parse(PLAN) as Record<string, unknown>
  const at = join(folderWith({}), 'plan.json')
  const notes = '['.repeat(60) + ']'.repeat(60)
  writeFileSync(at, `{"digest":"${digestOf(body)}","x":"${'\\\\"'.repeat(MEGABYTE)}`)
  for (let part = 0; part < 56; part++) appendFileSync(at, '[]"'.repeat(300_000) + notes)
  await costsAtMost(4000, () => refusal(readPlanFile(at)), 'refusing it')
})

test.run()
