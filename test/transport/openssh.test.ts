import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Server } from '../../src/model/server.ts'
import { createConnector, type Connector } from '../../src/transport/connector.ts'
import { freePort, makeKey, startSshd, type Sshd } from './sshd.ts'
import { failure, isolated, knowing, run, server, within } from './world.ts'
import { loud } from '../support/loud.ts'

let sshd: Sshd
let first: Sshd
let key: string
let otherKey: string
let known: string
let connector: Connector

test.before(
  loud(async () => {
    sshd = await startSshd()
    first = await startSshd()
    key = makeKey(sshd.folder, 'plain')
    sshd.authorize(`${key}.pub`)
    first.authorize(`${key}.pub`)
    otherKey = readFileSync(`${makeKey(sshd.folder, 'other')}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
    known = `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`
    connector = createConnector(
      knowing(isolated(['Host *', `  IdentityFile ${key}`]), known, `[127.0.0.1]:${first.port} ${first.hostKey}`),
    )
  }),
)
test.after(async () => {
  connector.close()
  await sshd.stop()
  await first.stop()
})

const target = (change: Partial<Server['ssh']> = {}): Server =>
  server('127.0.0.1', { port: sshd.port, identityFile: key, transport: 'openssh', ...change })

test('commands run, and their input, output, errors and exit codes pass', async () => {
  const connection = await within(connector.connect(target()))
  assert.is(connection.hostKey, sshd.fingerprint)
  assert.is(connection.user, 'root')
  const { out, err, ending } = await within(run(connection, 'cat; echo bad >&2; exit 3', 'hello'))
  assert.equal({ out, err, ending }, { out: 'hello', err: 'bad\n', ending: { kind: 'exit', code: 3 } })
  assert.equal((await within(run(connection, 'exit 255'))).ending, { kind: 'exit', code: 255 })
  assert.is((await within(run(connection, 'echo \'a b\'  "$HOME"'))).out, 'a b /root\n')
  const all = await within(Promise.all(Array.from({ length: 40 }, (_, n) => run(connection, `echo ${n}`))))
  assert.equal(
    all.map((one) => one.out),
    Array.from({ length: 40 }, (_, n) => `${n}\n`),
  )
  connection.close()
  await within(connection.lost)
  await failure('FLIGHT_CONNECTION_LOST', connection.exec('true'))
})

test('large input streams', async () => {
  const connection = await within(connector.connect(target()))
  const channel = await connection.exec('cat >/dev/null; echo done')
  const chunk = Buffer.alloc(65536)
  const source = Readable.from(
    (function* () {
      for (let n = 0; n < 320; n += 1) yield chunk
    })(),
  )
  channel.stdout.resume()
  channel.stderr.resume()
  await within(pipeline(source, channel.stdin))
  assert.equal(await within(channel.ended), { kind: 'exit', code: 0 })
  connection.close()
})

test('a lost server makes a running command unknown and the connection lost', async () => {
  const connection = await within(connector.connect(target()))
  const { out } = await within(run(connection, 'echo $PPID'))
  const channel = await connection.exec('sleep 60')
  channel.stdout.resume()
  channel.stderr.resume()
  process.kill(Number(out), 'SIGKILL')
  assert.equal(await within(channel.ended), { kind: 'unknown' })
  await within(connection.lost)
})

test('the errors are those of the other transport', async () => {
  const options = isolated()
  const strange = createConnector(options)
  const unknown = await failure('FLIGHT_HOST_KEY_UNKNOWN', within(strange.connect(target())))
  assert.ok(unknown.what.includes(`ssh-ed25519 ${sshd.fingerprint}`), unknown.what)
  knowing(options, `[127.0.0.1]:${sshd.port} ${otherKey}`)
  const changed = await failure('FLIGHT_HOST_KEY_CHANGED', within(strange.connect(target())))
  assert.ok(changed.what.includes('known_hosts:1 knows'), changed.what)
  knowing(options, known, `@revoked * ${sshd.hostKey}`)
  const revoked = await failure('FLIGHT_HOST_KEY_CHANGED', within(strange.connect(target())))
  assert.ok(revoked.what.includes('known_hosts:2 revokes'), revoked.what)
  knowing(options, known)
  const wrong = makeKey(sshd.folder, 'wrong')
  const refused = await failure('FLIGHT_AUTHENTICATION', within(strange.connect(target({ identityFile: wrong }))))
  assert.ok(refused.what.includes(wrong), refused.what)
  strange.close()
  const port = await freePort()
  const nobody = await failure('FLIGHT_UNREACHABLE', within(connector.connect(target({ port }))))
  assert.ok(nobody.what.includes('refuses the connection'), nobody.what)
})

test('a jump host works', async () => {
  const connection = await within(connector.connect(target({ jump: `root@127.0.0.1:${first.port}` })))
  assert.is(connection.hostKey, sshd.fingerprint)
  assert.is((await within(run(connection, 'echo far'))).out, 'far\n')
  connection.close()
})

test('auto takes the ssh program for a ProxyCommand', async () => {
  const options = isolated([
    'Host proxied',
    '  HostName 127.0.0.1',
    `  Port ${sshd.port}`,
    `  ProxyCommand ssh -F ${sshd.folder}/proxy_config -W %h:%p first`,
    'Host *',
    `  IdentityFile ${key}`,
  ])
  writeFileSync(
    join(sshd.folder, 'proxy_config'),
    `Host first\n  HostName 127.0.0.1\n  Port ${first.port}\n  User root\n  IdentityFile ${key}\n  ` +
      `UserKnownHostsFile ${options.home}/known_hosts\n`,
  )
  const proxied = createConnector(knowing(options, known, `[127.0.0.1]:${first.port} ${first.hostKey}`))
  const host = (transport: 'auto' | 'ssh2'): Server => server('proxied', { transport })
  const connection = await within(proxied.connect(host('auto')))
  assert.is((await within(run(connection, 'echo proxied'))).out, 'proxied\n')
  const refused = await failure('FLIGHT_UNREACHABLE', proxied.connect(host('ssh2')))
  assert.ok(refused.hint.includes('auto'), refused.hint)
  await failure('FLIGHT_UNREACHABLE', proxied.scanHostKey(host('auto')))
  proxied.close()
})

test('auto takes the ssh program for a user certificate and for a certificate authority in known_hosts', async () => {
  const authority = makeKey(sshd.folder, 'authority')
  const user = makeKey(sshd.folder, 'certified')
  const host = makeKey(sshd.folder, 'host-certified')
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'user', '-n', 'root', `${user}.pub`])
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'host', '-h', '-n', '127.0.0.1', `${host}.pub`])
  const certified = await startSshd([
    `TrustedUserCAKeys ${authority}.pub`,
    `HostKey ${host}`,
    `HostCertificate ${host}-cert.pub`,
  ])
  certified.authorize(`${key}.pub`)
  const trusting = `@cert-authority [127.0.0.*]:* ${readFileSync(`${authority}.pub`, 'utf8')}`
  for (const [line, identityFile] of [
    [`[127.0.0.1]:${certified.port} ${readFileSync(`${host}.pub`, 'utf8')}`, user],
    [trusting, key],
    [trusting, user],
  ] as const) {
    const meeting = createConnector(knowing(isolated(), line))
    const connection = await within(meeting.connect(target({ transport: 'auto', port: certified.port, identityFile })))
    assert.is((await within(run(connection, 'echo certified'))).out, 'certified\n')
    assert.match(connection.hostKey, /^SHA256:/)
    meeting.close()
  }
  await certified.stop()
})

test('nothing is left in the temporary folder', async () => {
  const before = readdirSync(tmpdir()).filter((name) => /^flight-[A-Za-z0-9]{6}$/.test(name))
  const short = createConnector(knowing(isolated(), known))
  const connection = await within(short.connect(target()))
  short.close()
  await within(connection.lost)
  const after = readdirSync(tmpdir()).filter((name) => /^flight-[A-Za-z0-9]{6}$/.test(name))
  assert.equal(
    after.filter((name) => !before.includes(name)),
    [],
  )
})

test.run()
