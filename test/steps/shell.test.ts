import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { followShell, inTheWay, runningSteps, runOf, startShell, unitPrefix } from '../../src/engine/host/long-step.ts'
import type { Step } from '../../src/model/step.ts'
import { Secret } from '../../src/model/secret.ts'
import { bytesTo } from '../../src/shell/document.ts'
import { keptPath } from '../../src/steps/keep.ts'
import { stepShell } from '../../src/steps/sorts.ts'

const PLACE = { plan: `sha256:${'a1b2c3d4e5f6'.repeat(5)}0000` }

// A step of every sort, with one text in every place where a text can stand.
function someSteps(text: string): Step[] {
  const path = `/etc/${text}`
  const service = {
    step: 'service',
    unit: `${text}.service`,
    configuration: [path, '/etc/x'],
    changes: [path],
    precedes: [
      {
        test: { program: 'php-fpm', version: text },
        configuration: [path],
        mark: { by: 'pid-file', path },
        changes: [path],
      },
    ],
    patience: 30,
    pools: [{ name: text, socket: path }],
    waitForNginx: 60,
  } as const
  return [
    {
      step: 'install',
      packages: [text, 'git'],
      refresh: true,
      upgrades: [text],
      removes: [text],
      sources: [`/etc/apt/sources.list.d/${text.replaceAll('/', '')}.sources`],
    },
    { step: 'install', packages: [text], refresh: false, upgrades: [], removes: [], sources: [] },
    { step: 'write', path, content: text, mode: '644', owner: text, group: text, scope: text },
    { step: 'directory', path, mode: '755', owner: text, group: text, by: 'root' },
    { step: 'directory', path, mode: '755', owner: text, group: text, by: text },
    { step: 'link', path, target: text, owner: text, group: text },
    { step: 'user', name: text, home: path, shell: text, scope: text },
    { step: 'download', url: `https://x/${text}`, path, sha256: 'a'.repeat(64), mode: '755', scope: text },
    { step: 'key', key: { url: `https://x/${text}`, fingerprint: 'A'.repeat(40) }, path, scope: text },
    { ...service, does: 'start', mark: { by: 'none' }, test: { program: 'none' } },
    { ...service, does: 'start', mark: { by: 'pid-file', path }, test: { program: 'php-fpm', version: text } },
    { ...service, does: 'reload', mark: { by: 'newest-worker', pidFile: path }, test: { program: 'nginx' } },
    { ...service, does: 'reload', mark: { by: 'none' }, test: { program: 'none' } },
    { step: 'programs', app: text, programs: [text.replaceAll('\n', ' ')], changes: [path] },
    { step: 'retire', path, comment: '#', because: text },
    { step: 'upload', app: text, release: text, file: path, size: 5, sha256: 'a'.repeat(64) },
    {
      step: 'unpack',
      app: text,
      release: text,
      sha256: 'a'.repeat(64),
      note: {
        commit: text,
        tree: text,
        subject: text,
        ref: text,
        artifact: text,
        composerLock: text,
        who: text,
        when: text,
      },
      linkedDirs: [text],
      linkedFiles: [text],
      keepAssets: [text],
    },
    { step: 'command', app: text, release: text, key: text, command: text, path: text, auth: new Secret(text) },
    {
      step: 'check',
      app: text,
      release: text,
      through: { is: 'pool', socket: path, publicDir: text, tls: true },
      check: { path, host: text, status: 200, timeout: 1, retries: 0 },
    },
    ...[true, false].map((tls): Step => ({
      step: 'check',
      app: text,
      release: text,
      through: { is: 'site', tls, passwords: true },
      check: { path, host: text, status: 200, timeout: 1, retries: 0 },
    })),
    ...(['ready', 'switch', 'confirm', 'back', 'settle'] as const).map((does): Step => ({
      step: 'live',
      app: text,
      release: text,
      does,
      previous: text,
      back: 30,
    })),
    { step: 'fail', app: text, release: text, why: text },
    { step: 'prune', app: text, release: text, releases: [text], socket: path },
    { step: 'put-back', path },
    { step: 'environment', app: text, path, content: new Secret(text) },
    ...(['stage', 'write', 'rebuild', 'show', 'confirm', 'settle', 'back'] as const).flatMap((does): Step[] =>
      [null, text].map((other): Step => ({
        step: 'push',
        does,
        app: text,
        id: text,
        live: other,
        undoes: other,
        path,
        search: text,
        socket: other === null ? null : path,
        back: 30,
        content: new Secret(Buffer.from(text).toString('base64')),
      })),
    ),
  ]
}

function refuseBadSyntax(script: string): void {
  const { status, stderr } = spawnSync('/bin/sh', ['-n'], { input: script, encoding: 'utf8' })
  assert.is(status, 0, `${stderr}\n${script}`)
}

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
      spawnSync('/bin/sh', [], { input: `cd ${folder}\n${stubs.join('\n')}\n${text}\n`, timeout: 20_000 })
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
  const folder = mkdtempSync(join(tmpdir(), 'flight-steps-'))
  execFileSync('/bin/sh', [], { input: bytesTo(`cat >${folder}/x`, secret) })
  assert.is(readFileSync(join(folder, 'x'), 'utf8'), secret)
  rmSync(folder, { recursive: true })
})

test.run()
