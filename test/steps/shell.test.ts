import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { followShell, inTheWay, runningSteps, runOf, startShell, unitPrefix } from '../../src/engine/host/long-step.ts'
import type { Step } from '../../src/model/step.ts'
import { keptPath } from '../../src/steps/keep.ts'
import { STEP_SORTS, stepShell } from '../../src/steps/sorts.ts'
import { someSteps } from './some-steps.ts'

const PLACE = { plan: `sha256:${'a1b2c3d4e5f6'.repeat(5)}0000` }

function refuseBadSyntax(script: string): void {
  const { status, stderr } = spawnSync('/bin/sh', ['-n'], { input: script, encoding: 'utf8' })
  assert.is(status, 0, `${stderr}\n${script}`)
}

test('every sort of step is among those that are tried', () => {
  assert.equal([...new Set(someSteps('it').map(({ step }) => step))].sort(), Object.keys(STEP_SORTS).sort())
})

test('the shell of every step is shell', () => {
  for (const step of someSteps('it')) refuseBadSyntax(stepShell(step, PLACE).text)
  const run = { unit: 'flight-x', folder: '/var/lib/flight/run/flight-x' }
  refuseBadSyntax(startShell(run, { script: 'true', token: 'a', once: true, before: 'true' }))
  refuseBadSyntax(followShell(run))
})

test('texts that look like shell stay texts', () => {
  const text = fc
    .oneof(
      fc.constantFrom(
        "'",
        '"',
        '$(reboot)',
        '`reboot`',
        "';reboot;'",
        ')',
        '}',
        '<<EOF',
        '\nreboot\n',
        '\\',
        '#',
        '&&',
      ),
      fc.string({ unit: 'binary' }),
    )
    .filter((each) => !each.includes('\0') && Buffer.from(each).toString() === each)
  fc.assert(
    fc.property(text, (each) =>
      refuseBadSyntax(
        someSteps(each)
          .map((step) => `(\n${stepShell(step, PLACE).text}\n)`)
          .join('\n'),
      ),
    ),
    { numRuns: 60 },
  )
})

// Every command is one that only says that it was called: what
// is left of a text that breaks out is a file named as below.
test('no text of a step runs as a command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flight-steps-'))
  try {
    const attack =
      `x'"; touch ${folder}/broken; $(touch ${folder}/broken) \`touch ${folder}/broken\`\ntouch ` +
      `${folder}/broken\n#`
    for (const step of someSteps(attack)) {
      const stubs = [
        'mkdir',
        'rm',
        'cp',
        'mv',
        'chown',
        'chmod',
        'ln',
        'sync',
        'apt',
        'apt-get',
        'dpkg',
        'systemctl',
        'useradd',
        'getent',
        'find',
        'stat',
        'tail',
        'head',
        'nginx',
        'sleep',
        'cat',
        'runuser',
        'curl',
        'systemd-run',
        'timeout',
        'cgi-fcgi',
        'php-fpm',
      ].map((name) => `${name}() { :; }`)
      const text = stepShell(step, PLACE)
        .text.replaceAll('/var/lib/flight', `${folder}/flight`)
        .replaceAll('/usr/lib/apt/apt-helper', ':')
        .replaceAll('/etc/', `${folder}/etc/`)
        .replace(/\bexit\b/g, ':')
      spawnSync('/bin/sh', [], { input: `cd ${folder}\n${stubs.join('\n')}\n${text}\n`, timeout: 600_000 })
    }
    assert.is(spawnSync('ls', [folder], { encoding: 'utf8' }).stdout.includes('broken'), false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('only what may take long outlives the connection', () => {
  const long = new Set(
    someSteps('it')
      .filter((step) => stepShell(step, PLACE).long)
      .map(({ step }) => step),
  )
  assert.equal([...long].sort(), ['command', 'download', 'install', 'prune', 'unpack'])
})

test('what a plan found is kept under the name of the plan', () => {
  assert.is(keptPath('/etc/x', PLACE), '/var/lib/flight/kept/a1b2c3d4e5f6/etc/x')
})

const INSTALL: Step = { step: 'install', packages: ['git'], refresh: false, upgrades: [], removes: [], sources: [] }
const RELEASE = '3f9a1c2b7d04-2'
const COMMAND: Step = {
  step: 'command',
  app: 'shop',
  release: RELEASE,
  key: 'deploy-1',
  command: 'artisan migrate',
  path: '/usr/bin',
  auth: undefined,
}

test('the unit of a step is named after plan and step, and is a name that systemd takes', () => {
  const unitOf = (id: string) => runOf(INSTALL, { plan: PLACE.plan, id }).unit
  assert.is(unitOf('3-0'), 'flight-a1b2c3d4e5f6-3-0')
  assert.match(unitOf('a stage/../x;y'), /^flight-a1b2c3d4e5f6-[A-Za-z0-9-]+$/)
  assert.ok(unitOf('3-0').startsWith(unitPrefix(PLACE.plan)))
})

test("the unit of a release's step is the same for every plan that has to do with that release", () => {
  assert.equal(runOf(COMMAND, { plan: PLACE.plan, id: '3-0' }), {
    unit: `flight-of-shop-${RELEASE}-deploy-1`,
    folder: `/var/lib/flight/releases/shop/${RELEASE}/commands/deploy-1`,
  })
  assert.equal(runOf(COMMAND, { plan: 'sha256:other', id: 'x' }), runOf(COMMAND, { plan: PLACE.plan, id: '3-0' }))
})

test('what an ended run left running stands in the way of who needs the same, and of nobody else', () => {
  const unit = (name: string) => ({ unit: `${name}.service`, since: '' })
  const command = unit(runOf(COMMAND, { plan: PLACE.plan, id: '' }).unit)
  const install = unit(runOf(INSTALL, { plan: PLACE.plan, id: '1-0' }).unit)
  const blocks = (running: typeof command, plan: string, claim: Parameters<typeof inTheWay>[2]) =>
    inTheWay([running], plan, claim).length === 1
  assert.is(blocks(command, 'sha256:other', 'server'), true)
  assert.is(blocks(command, 'sha256:other', [{ app: 'shop', release: RELEASE }]), false, 'it is followed')
  assert.is(blocks(command, 'sha256:other', [{ app: 'shop', release: '3f9a1c2b7d04-3' }]), true)
  assert.is(blocks(command, 'sha256:other', [{ app: 'blog', release: RELEASE }]), false)
  assert.is(blocks(install, PLACE.plan, 'server'), false, 'its own')
  assert.is(blocks(install, 'sha256:other', [{ app: 'blog', release: RELEASE }]), true)
  const since = '2026-01-02T03:04:05Z'
  assert.equal(
    runningSteps(`flight-revert-env-shop-20260102t030405z-abcdef.service ${since}\n${install.unit} ${since}\n`).map(
      ({ unit }) => unit,
    ),
    [install.unit],
    'a server that takes a push back holds nobody up',
  )
})

test('nothing of a file is on a command line: its content travels in a document', () => {
  const secret = 'APP_KEY=base64:c2VjcmV0'
  const text = stepShell(
    { step: 'write', path: '/etc/x', content: secret, mode: '600', owner: 'root', group: 'root', scope: 'cluster' },
    PLACE,
  ).text
  assert.is(text.includes(secret), false)
  assert.ok(text.includes(Buffer.from(secret).toString('base64')))
})

test('bytes reach a file exactly', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flight-steps-'))
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()
  const path = join(folder, 'x')
  const write = (content: Uint8Array | string) => {
    const step = { step: 'write', path, content, mode: '600', owner: userInfo().username, group, scope: 'it' } as const
    const input = stepShell(step, PLACE).text.replaceAll('/var/lib/flight', join(folder, 'flight'))
    execFileSync('/bin/sh', [], { input })
    assert.equal(readFileSync(path), Buffer.from(content))
  }
  try {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => write(bytes)),
      { numRuns: 20 },
    )
    write(Buffer.alloc(1_000_000, 10))
    write("APP_KEY='base64:c2VjcmV0'\nEOF\n")
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
