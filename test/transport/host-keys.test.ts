import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createConnector, type ConnectorOptions } from '../../src/transport/connector.ts'
import { hashedName } from '../../src/transport/known-hosts.ts'
import { appendKnownHost } from '../../src/transport/trust.ts'
import { makeFolder, makeKey, startSshd, type Sshd } from './sshd.ts'
import { failure, isolated, knowing, server, within } from './world.ts'
import { loud } from '../support/loud.ts'

let sshd: Sshd
let key: string
let otherKey: string
let name: string

test.before(
  loud(async () => {
    sshd = await startSshd([`HostKey ${makeKey(makeFolder(), 'second', '', 'ecdsa')}`])
    key = makeKey(sshd.folder, 'plain')
    sshd.authorize(`${key}.pub`)
    otherKey = readFileSync(`${makeKey(sshd.folder, 'other')}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
    name = `[127.0.0.1]:${sshd.port}`
  }),
)
test.after(() => sshd.stop())

const target = (): ReturnType<typeof server> => server('127.0.0.1', { port: sshd.port, identityFile: key })

async function connectOnce(options: ConnectorOptions): Promise<string> {
  const connector = createConnector(options)
  try {
    return (await within(connector.connect(target()))).hostKey
  } finally {
    connector.close()
  }
}

test('hashed entries, wildcards and several entries are understood', async () => {
  for (const line of [hashedName(name, Buffer.alloc(20, 7)), '[127.0.0.*]:*', `other,${name}`]) {
    assert.is(await connectOnce(knowing(isolated(), '# comment', `${line} ${sshd.hostKey}`)), sshd.fingerprint)
  }
})

test('the server proves the key that is known, not the one that it would rather show', async () => {
  const ecdsa = await startSshd([], 'ecdsa')
  const options = knowing(isolated(), `[127.0.0.1]:${ecdsa.port} ${ecdsa.hostKey}`)
  ecdsa.authorize(`${key}.pub`)
  const connector = createConnector(options)
  const connection = await within(connector.connect(server('127.0.0.1', { port: ecdsa.port, identityFile: key })))
  assert.is(connection.hostKey, ecdsa.fingerprint)
  connector.close()
  await ecdsa.stop()
})

test('a changed host key is refused with the place and both fingerprints', async () => {
  const options = knowing(isolated(), '# line one', `${name} ${otherKey}`)
  const problem = await failure('FLIGHT_HOST_KEY_CHANGED', connectOnce(options))
  assert.ok(problem.what.includes(`${join(options.home, 'known_hosts')}:2 knows ssh-ed25519 SHA256:`), problem.what)
  assert.ok(problem.what.includes(`offered is ssh-ed25519 ${sshd.fingerprint}`), problem.what)
  assert.ok(problem.hint.includes('flight trust web1'), problem.hint)
})

test('a revoked host key is refused even where it is known', async () => {
  const options = knowing(isolated(), `${name} ${sshd.hostKey}`, `@revoked * ${sshd.hostKey}`)
  const problem = await failure('FLIGHT_HOST_KEY_CHANGED', connectOnce(options))
  assert.ok(problem.what.includes('known_hosts:2 revokes'), problem.what)
})

test('a scanned key, appended, is the one that connecting then accepts', async () => {
  for (const config of [[], ['Host *', '  HashKnownHosts yes'], ['Host *', '  HostKeyAlias shop']]) {
    const options = isolated(config)
    const connector = createConnector(options)
    const scanned = await within(connector.scanHostKey(target()))
    assert.is(scanned.fingerprint, sshd.fingerprint)
    assert.is(scanned.type, 'ssh-ed25519')
    assert.is(scanned.verdict.kind, 'unknown')
    assert.is(scanned.file, join(options.home, 'known_hosts'))
    assert.is(await appendKnownHost(scanned.file ?? '', scanned.line), true)
    assert.is(await appendKnownHost(scanned.file ?? '', scanned.line), false)
    // The same connector sees the new line: a changed file is read again.
    assert.is((await within(connector.connect(target()))).hostKey, sshd.fingerprint)
    assert.is((await within(connector.scanHostKey(target()))).verdict.kind, 'known')
    connector.close()
  }
})

test('a known_hosts line goes to its own line, in a file that only its owner may read', async () => {
  const file = join(makeFolder(), '.ssh', 'known_hosts')
  await appendKnownHost(file, 'one')
  assert.is(statSync(file).mode & 0o777, 0o600)
  assert.is(statSync(join(file, '..')).mode & 0o777, 0o700)
  writeFileSync(file, 'without an end')
  await Promise.all([appendKnownHost(file, 'two'), appendKnownHost(file, 'three')])
  assert.equal(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((l) => l !== '')
      .sort(),
    ['three', 'two', 'without an end'],
  )
})

test.run()
