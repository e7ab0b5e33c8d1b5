import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { repositoryAddress } from '../../src/artifacts/address.ts'
import { lockFolder, tryLockFolder } from '../../src/artifacts/folder-lock.ts'
import { findCommit } from '../../src/artifacts/make-artifact.ts'
import { mirrorFolder } from '../../src/artifacts/mirror.ts'
import { make, refused, repository, requestFor, temporary, unpacked } from './repository.ts'
import { eventually } from '../support/eventually.ts'

const shop = repository()
shop.commit('First', { 'a.txt': 'one', 'b/c.txt': 'two' })
shop.git('gc', '-q')

const hostile = [
  'ext::sh -c touch% /tmp/x',
  'fd::3',
  '-oProxyCommand=x',
  '--upload-pack=x',
  'file:///srv/git',
  'git://host/x',
  'http://host/x',
  'ssh://-oProxyCommand=x/y',
  '-host:x',
  'host:-x',
  'https://me:secret@host/x',
  'relative/path',
  'a\nb:c',
  'ext::host:x',
  'transport::address',
  '/srv\n/x',
]
for (const repo of hostile) {
  test(`${JSON.stringify(repo)} is no address for git`, async () => {
    const said = await refused(Promise.resolve().then(() => repositoryAddress(repo, 'repo')))
    assert.match(said, /^FLIGHT_REPO_REFUSED /)
    assert.not.match(said, /me:secret/)
  })
}

for (const [repo, protocol] of [
  ['git@github.com:org/repo.git', 'ssh'],
  ['ssh://git@host:2222/srv/x', 'ssh'],
  ['host:x', 'ssh'],
  ['https://github.com/org/repo.git', 'https'],
  ['/srv/git/shop.git', 'file'],
] as const) {
  test(`${repo} is read over ${protocol} and nothing else`, () => {
    assert.is(repositoryAddress(repo, 'repo').protocol, protocol)
  })
}

// Every way in which a mirror was found broken; each is healed and the release goes on.
const breakages: Readonly<Record<string, (mirror: string) => void>> = {
  'an empty folder': (mirror) => readdirSync(mirror).forEach((name) => rmSync(join(mirror, name), { recursive: true })),
  'missing packs': (mirror) => packs(mirror).forEach((pack) => rmSync(pack)),
  'a cut off pack': (mirror) => packs(mirror).forEach((pack) => (chmodSync(pack, 0o600), truncateSync(pack, 40))),
  'one missing file content': (mirror) => rmSync(loose(mirror, 'HEAD:a.txt')),
  'one damaged file content': (mirror) => (
    chmodSync(loose(mirror, 'HEAD:a.txt'), 0o600),
    writeFileSync(loose(mirror, 'HEAD:a.txt'), 'damaged')
  ),
  'a missing commit': (mirror) => rmSync(loose(mirror, 'HEAD')),
  'a missing folder': (mirror) => rmSync(loose(mirror, 'HEAD:b')),
  'garbage in packed-refs': (mirror) => writeFileSync(join(mirror, 'packed-refs'), 'garbage\n'),
  'a ref that holds garbage': (mirror) => (
    mkdirSync(join(mirror, 'refs/heads'), { recursive: true }),
    writeFileSync(join(mirror, 'refs/heads/evil'), 'garbage')
  ),
  'a ref that leads nowhere': (mirror) => (
    mkdirSync(join(mirror, 'refs/heads'), { recursive: true }),
    writeFileSync(join(mirror, 'refs/heads/evil'), `${'1'.repeat(40)}\n`)
  ),
  'no HEAD': (mirror) => rmSync(join(mirror, 'HEAD')),
  'stale locks': (mirror) =>
    ['packed-refs.lock', 'HEAD.lock', 'config.lock', 'shallow.lock', 'refs/heads/main.lock', 'gc.pid'].forEach(
      (name) => (mkdirSync(join(mirror, 'refs/heads'), { recursive: true }), writeFileSync(join(mirror, name), '')),
    ),
  'a clone that was killed': (mirror) => (
    rmSync(mirror, { recursive: true }),
    mkdirSync(join(mirror, '../fresh.git/objects/pack'), { recursive: true }),
    writeFileSync(join(mirror, '../fresh.git/objects/pack/tmp_pack_x'), 'x')
  ),
}

function packs(mirror: string): string[] {
  execFileSync('git', [`--git-dir=${mirror}`, 'repack', '-a', '-d', '-q'])
  const found = readdirSync(join(mirror, 'objects/pack')).filter((name) => name.endsWith('.pack'))
  assert.is(found.length, 1)
  return found.map((name) => join(mirror, 'objects/pack', name))
}

function loose(mirror: string, revision: string): string {
  const object = shop.git('rev-parse', revision)
  return join(mirror, 'objects', object.slice(0, 2), object.slice(2))
}

for (const [name, breaks] of Object.entries(breakages)) {
  test(`a mirror with ${name} is healed`, async () => {
    const request = requestFor(shop.path)
    const before = await make(request)
    before.letGo()
    breaks(join(mirrorFolder(request.state, shop.path), 'repo.git'))
    rmSync(join(request.state, 'artifacts'), { recursive: true })
    const after = await make(request)
    after.letGo()
    assert.is(after.artifact.sha256, before.artifact.sha256)
  })
}

test('a hostile configuration of the mirror or the user makes git execute and redirect nothing', async () => {
  const request = requestFor(shop.path)
  const mark = join(temporary(), 'executed')
  ;(await make(request)).letGo()
  const mirror = join(mirrorFolder(request.state, shop.path), 'repo.git')
  const evil =
    `[core]\n\tsshCommand = touch '${mark}'\n\tfsmonitor = touch '${mark}'\n\thooksPath = ` +
    `${mirror}/hooks\n[url "ext::touch ${mark} "]\n\tinsteadOf = /\n[protocol]\n\tallow = always\n`
  appendFileSync(join(mirror, 'config'), evil)
  mkdirSync(join(mirror, 'hooks'))
  for (const hook of ['reference-transaction', 'post-checkout', 'pre-auto-gc'])
    writeFileSync(join(mirror, 'hooks', hook), `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 })
  const home = temporary()
  writeFileSync(join(home, '.gitconfig'), evil)
  const before = { ...process.env }
  Object.assign(process.env, {
    HOME: home,
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_SSH_COMMAND: `touch '${mark}'`,
    GIT_DIR: '/nonexistent',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.fsmonitor',
    GIT_CONFIG_VALUE_0: `touch '${mark}'`,
    GIT_EXTERNAL_DIFF: `touch '${mark}'`,
  })
  shop.commit('Again', { 'a.txt': 'three' })
  ;(await make(request)).letGo()
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
  assert.not.ok(existsSync(mark))
  assert.not.match(readFileSync(join(mirror, 'config'), 'utf8'), /insteadOf/)
})

// A program named ssh that keeps what it was called with.
function withSsh(script: string): { log: string; restore(): void } {
  const folder = temporary()
  const log = join(folder, 'log')
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\n{ printf '%s\\n' "$@"; echo ENV; env; } >>'${log}'\n${script}\n`, {
    mode: 0o755,
  })
  const before = process.env['PATH']
  process.env['PATH'] = `${folder}:${before}`
  return { log, restore: () => (process.env['PATH'] = before) }
}

test('ssh gets the deploy key alone, checks the host key, and nothing of the environment but the agent', async () => {
  const ssh = withSsh('eval "last=\\${$#}"; exec sh -c "$last"')
  process.env['CANARY_TOKEN'] = 'canary-value'
  const key = join(temporary(), "key '%h' of; the \"shop")
  writeFileSync(key, 'key', { mode: 0o600 })
  try {
    const plain = repository(join(temporary('flight-plain-'), 'shop'))
    const commit = plain.commit('Over ssh', { 'a.txt': '1' })
    const made = await make(requestFor(`git@example.com:${plain.path}`, { deployKey: key }))
    made.letGo()
    assert.is(made.artifact.commit, commit)
    const log = readFileSync(ssh.log, 'utf8')
    assert.ok(log.includes(`-i\n${key.replaceAll('%', '%%')}\n`))
    for (const option of ['IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', 'BatchMode=yes', 'ControlPath=none'])
      assert.ok(log.includes(`-o\n${option}\n`), option)
    assert.not.match(log, /canary/i)
    assert.not.match(log, /^HOME=(?!\/nonexistent)/m)
  } finally {
    ssh.restore()
    delete process.env['CANARY_TOKEN']
  }
})

test('an ssh that says nothing is ended, and the message says so', async () => {
  const ssh = withSsh('sleep 36000')
  try {
    assert.match(
      await refused(make(requestFor('git@example.com:x', { patience: 600 }))),
      /FLIGHT_REPO .*said nothing for 1 seconds/,
    )
  } finally {
    ssh.restore()
  }
})

test("git's own words are in the message, cleaned, on one line", async () => {
  const ssh = withSsh("printf 'Host key \\033[31mverification failed.\\r\\nsecond\\n' >&2; exit 255")
  try {
    const said = await refused(make(requestFor('git@example.com:x')))
    assert.match(
      said,
      /^FLIGHT_REPO git could not read the repository: Host key verification failed\.; second; fatal: /,
    )
    assert.match(said, /\(compare the host key/)
  } finally {
    ssh.restore()
  }
})

test('Ctrl-C ends a fetch at once, with all that it started', async () => {
  const ssh = withSsh('sleep 36001')
  try {
    const stop = new AbortController()
    const said = refused(make(requestFor('git@example.com:x'), stop.signal))
    await eventually(() => existsSync(ssh.log))
    stop.abort()
    assert.match(await said, /^FLIGHT_INTERRUPTED/)
  } finally {
    ssh.restore()
  }
})

const program = new URL('./make-in-a-child.ts', import.meta.url).pathname
const child = (request: object) =>
  spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

test('a second process waits for the lock, says who holds it, and goes on when that one is killed', async () => {
  const request = requestFor(shop.path)
  const folder = mirrorFolder(request.state, shop.path)
  const lock = await lockFolder(folder, 'exclusive', new AbortController().signal, () => undefined)
  const second = child(request)
  let said = ''
  second.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await eventually(() => said.includes('waiting'))
  assert.match(said, new RegExp(`waiting process ${process.pid} since`))
  assert.not.match(said, /sha256/)
  lock.letGo()
  await new Promise((resolve) => second.on('close', resolve))
  assert.match(said, /sha256 [0-9a-f]{64}/)
})

test('where there is no flock(1), perl takes the same lock', async () => {
  const folder = temporary()
  const programs = temporary()
  const before = process.env['PATH']
  const signal = new AbortController().signal
  symlinkSync('/usr/bin/perl', join(programs, 'perl'))
  const lock = await lockFolder(folder, 'exclusive', signal, () => undefined)
  process.env['PATH'] = programs
  try {
    assert.is(await tryLockFolder(folder), undefined)
    lock.letGo()
    const taken = await tryLockFolder(folder)
    process.env['PATH'] = before
    assert.is(await tryLockFolder(folder), undefined)
    taken?.letGo()
  } finally {
    process.env['PATH'] = before
  }
})

test('kill -9 in the middle of a clone leaves nothing that stands in the way', async () => {
  const large = repository()
  for (let round = 0; round < 3; round++)
    large.commit(
      `Round ${round}`,
      Object.fromEntries(
        Array.from({ length: 1500 }, (_, index) => [`f/${index}`, `${round} ${index} ${Math.sin(index + round)}`]),
      ),
    )
  const request = requestFor(large.path)
  for (const delay of [0, 5, 15, 40]) {
    const first = child(request)
    await once(first.stdout, 'data')
    await pause(delay)
    first.kill('SIGKILL')
    await new Promise((resolve) => first.on('close', resolve))
  }
  const made = await make(request)
  made.letGo()
  assert.is(readdirSync(join(unpacked(made.artifact.file), 'f')).length, 1500)
  assert.equal(readdirSync(join(request.state, 'work')), [])
})

test('a commit that was just looked up is not fetched again, and made even when its repository is away', async () => {
  const gone = repository()
  gone.commit('First', { 'a.txt': 'one' })
  const request = requestFor(gone.path)
  const found = await findCommit(request, { signal: new AbortController().signal, tell: () => undefined })
  rmSync(gone.path, { recursive: true })
  const { artifact, events } = await make({ ...request, commit: found.commit, found })
  assert.is(artifact.commit, found.commit)
  assert.not(events.some(({ kind }) => kind === 'fetching'))
  assert.match(await refused(make({ ...request, commit: found.commit })), /^FLIGHT_REPO/)
})

test.run()
