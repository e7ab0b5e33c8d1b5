import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createConnector, type ConnectorOptions } from '../../src/transport/connector.ts'
import { listen } from './listener.ts'
import { freePort, makeKey, startSshd, type Sshd } from './sshd.ts'
import { failure, isolated, knowing, run, server, within } from './world.ts'
import { loud } from '../support/loud.ts'
import { eventually } from '../support/eventually.ts'

let far: Sshd
let first: Sshd
let second: Sshd
let key: string

test.before(
  loud(async () => {
    far = await startSshd()
    first = await startSshd()
    second = await startSshd()
    key = makeKey(far.folder, 'plain')
    for (const sshd of [far, first, second]) sshd.authorize(`${key}.pub`)
  }),
)
test.after(async () => {
  for (const sshd of [far, first, second]) await sshd.stop()
})

const line = (sshd: Sshd): string => `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`
const everybody = (config: string[] = []): ConnectorOptions =>
  knowing(isolated([...config, 'Host *', `  IdentityFile ${key}`]), line(far), line(first), line(second))

test('a jump host carries many connections over one of its own', async () => {
  const connector = createConnector(everybody())
  const target = server('127.0.0.1', { port: far.port, jump: `root@127.0.0.1:${first.port}` })
  const connections = await within(Promise.all(Array.from({ length: 10 }, () => connector.connect(target))))
  const peers = await within(Promise.all(connections.map((c) => run(c, 'echo $SSH_CONNECTION $PPID'))))
  assert.is(new Set(peers.map((p) => p.out)).size, 10)
  const jump = createConnector(everybody())
  const onJump = await within(jump.connect(server('127.0.0.1', { port: first.port })))
  const { out } = await within(run(onJump, `ps -eo args | grep -c '^sshd: root@notty'`))
  assert.ok(Number(out) >= 11, out)
  jump.close()
  connector.close()
  await within(Promise.all(connections.map((c) => c.lost)))
})

test('jump hosts can be chained and come from ssh_config', async () => {
  const config = [
    'Host inner',
    '  HostName 127.0.0.1',
    `  Port ${second.port}`,
    '  User root',
    '  ProxyJump outer',
    'Host outer',
    '  HostName 127.0.0.1',
    `  Port ${first.port}`,
    '  User root',
    'Host target',
    '  HostName 127.0.0.1',
    `  Port ${far.port}`,
    '  ProxyJump inner',
  ]
  const connector = createConnector(everybody(config))
  const configured = await within(connector.connect(server('target')))
  const given = await within(
    connector.connect(
      server('127.0.0.1', { port: far.port, jump: `root@127.0.0.1:${first.port},root@127.0.0.1:${second.port}` }),
    ),
  )
  for (const connection of [configured, given]) assert.is((await within(run(connection, 'echo far'))).out, 'far\n')
  connector.close()
})

test('a jump host that is only reached through itself is refused', async () => {
  const connector = createConnector(everybody(['Host a', '  ProxyJump b', 'Host b', '  ProxyJump a']))
  const problem = await failure('FLIGHT_UNREACHABLE', within(connector.connect(server('a'))))
  assert.ok(problem.what.includes('only reached through itself'), problem.what)
  connector.close()
})

test('an unknown jump host is the failure of the server behind it', async () => {
  const connector = createConnector(knowing(isolated(['Host *', `  IdentityFile ${key}`]), line(far)))
  const work = connector.connect(server('127.0.0.1', { port: far.port, jump: `root@127.0.0.1:${first.port}` }))
  const problem = await failure('FLIGHT_HOST_KEY_UNKNOWN', within(work))
  assert.is(problem.where, 'web1')
  assert.ok(problem.what.startsWith('jump host 127.0.0.1: '), problem.what)
  assert.ok(problem.hint.includes(`ssh -p ${first.port} root@127.0.0.1`), problem.hint)
  connector.close()
})

test('a port that nobody listens on is refused, directly and behind a jump host', async () => {
  const port = await freePort()
  const connector = createConnector(everybody())
  const direct = await failure('FLIGHT_UNREACHABLE', within(connector.connect(server('127.0.0.1', { port }))))
  assert.ok(direct.what.includes(`127.0.0.1:${port} refuses the connection`), direct.what)
  const jump = `root@127.0.0.1:${first.port}`
  const behind = await failure('FLIGHT_UNREACHABLE', within(connector.connect(server('127.0.0.1', { port, jump }))))
  assert.match(behind.what, /refuses the connection \(through the jump host root@/)
  connector.close()
})

test('an address that takes the connection and says nothing is given up after connect_timeout', async () => {
  const silent = await listen()
  const { port } = silent
  const connector = createConnector(everybody())
  const connecting = connector.connect(server('127.0.0.1', { port, connectTimeout: 1 }))
  const problem = await failure('FLIGHT_UNREACHABLE', within(connecting))
  assert.ok(problem.what.includes('within 1 s'), problem.what)
  const scanning = connector.scanHostKey(server('127.0.0.1', { port, connectTimeout: 1 }))
  await failure('FLIGHT_UNREACHABLE', within(scanning))
  connector.close()
  await silent.stop()
})

test('something that is not SSH, and a peer that hangs up, are unreachable', async () => {
  for (const greeting of ['HTTP/1.1 400 \u001b]0;owned\u0007Bad Request\r\n\r\n', '']) {
    const odd = await listen(greeting)
    const connector = createConnector(everybody())
    const problem = await failure(
      'FLIGHT_UNREACHABLE',
      within(connector.connect(server('127.0.0.1', { port: odd.port, connectTimeout: 5 }))),
    )
    assert.not.match(problem.what, /\p{Cc}/u)
    connector.close()
    await odd.stop()
  }
})

test('a name that does not resolve is said to be one', async () => {
  const connector = createConnector(everybody())
  const problem = await failure('FLIGHT_UNREACHABLE', within(connector.connect(server('nowhere.invalid'))))
  assert.ok(problem.what.includes('nowhere.invalid:22 cannot be found'), problem.what)
  connector.close()
})

test('a host name that begins with a hyphen never becomes an option', async () => {
  const connector = createConnector(everybody())
  for (const host of ['-oProxyCommand=touch /tmp/owned', '-V', '']) {
    const problem = await failure('FLIGHT_UNREACHABLE', connector.connect(server(host)))
    assert.ok(problem.what.includes('is not a host name'), problem.what)
  }
  await failure('FLIGHT_UNREACHABLE', connector.connect(server('127.0.0.1', { jump: '-oProxyCommand=x' })))
  connector.close()
})

test('an interruption ends what is connecting', async () => {
  const interruption = new AbortController()
  const connector = createConnector({ ...everybody(), signal: interruption.signal })
  const silent = await listen()
  const { port } = silent
  const connecting = Array.from({ length: 20 }, () =>
    failure('FLIGHT_INTERRUPTED', connector.connect(server('127.0.0.1', { port }))),
  )
  await eventually(() => silent.connections() > 0)
  interruption.abort()
  await within(Promise.all(connecting))
  connector.close()
  await silent.stop()
})

test('without an ssh program usual keys are used, and it is said', async () => {
  const path = process.env['PATH']
  const warnings: string[] = []
  const options = {
    ...everybody(),
    knownHostsFile: `${everybody().home}/known_hosts`,
    warn: (text: string) => void warnings.push(text),
  }
  const connector = createConnector(options)
  try {
    process.env['PATH'] = '/nonexistent'
    await within(connector.connect(server('127.0.0.1', { port: far.port, identityFile: key })))
    await within(connector.connect(server('localhost', { port: far.port, identityFile: key })).catch(() => undefined))
  } finally {
    process.env['PATH'] = path
    connector.close()
  }
  assert.is(warnings.length, 1)
})

test.run()
