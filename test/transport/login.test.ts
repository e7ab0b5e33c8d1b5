import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Secret } from '../../src/model/secret.ts'
import { createConnector, type ConnectorOptions } from '../../src/transport/connector.ts'
import { startAgent, type Agent } from './agent.ts'
import { makeKey, startSshd, type Sshd } from './sshd.ts'
import { failure, isolated, knowing, run, server, within } from './world.ts'
import { loud } from '../support/loud.ts'

let sshd: Sshd
let agent: Agent
let right: string
const passphrase = 'open sesame'

const here = (config: string[] = [], change: Partial<ConnectorOptions> = {}): ConnectorOptions =>
  knowing(isolated(config, change), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`)

test.before(
  loud(async () => {
    sshd = await startSshd(['MaxAuthTries 3'])
    agent = await startAgent()
    for (let n = 0; n < 9; n += 1) agent.add(makeKey(sshd.folder, `wrong${n}`))
    right = makeKey(sshd.folder, 'right')
    agent.add(right)
    sshd.authorize(`${right}.pub`)
  }),
)
test.after(async () => {
  agent.stop()
  await sshd.stop()
})

test('an encrypted key is asked for once, however many connections use it', async () => {
  const key = makeKey(sshd.folder, 'locked', passphrase)
  sshd.authorize(`${key}.pub`)
  const asked: string[] = []
  const askPassphrase = async (file: string): Promise<Secret> => {
    asked.push(file)
    await new Promise((resolve) => setTimeout(resolve, 300))
    return new Secret(passphrase)
  }
  const connector = createConnector(here([], { askPassphrase }))
  const target = server('127.0.0.1', { port: sshd.port, identityFile: key })
  const connections = await within(Promise.all(Array.from({ length: 5 }, () => connector.connect(target))))
  assert.equal(asked, [key])
  assert.is((await within(run(connections[4]!, 'echo in'))).out, 'in\n')
  connector.close()
})

test('a wrong passphrase is asked for again, and the time a person needs does not count as a timeout', async () => {
  const key = makeKey(sshd.folder, 'locked2', passphrase)
  sshd.authorize(`${key}.pub`)
  const answers = ['wrong', passphrase]
  const askPassphrase = async (): Promise<Secret> => {
    await new Promise((resolve) => setTimeout(resolve, 3500))
    return new Secret(answers.shift() ?? '')
  }
  const connector = createConnector(here([], { askPassphrase }))
  await within(connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key, connectTimeout: 3 })))
  assert.equal(answers, [])
  connector.close()
})

test('a key that stays locked is named as the reason', async () => {
  const key = makeKey(sshd.folder, 'locked3', passphrase)
  sshd.authorize(`${key}.pub`)
  const connector = createConnector(here())
  const connecting = connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key }))
  const problem = await failure('FLIGHT_AUTHENTICATION', within(connecting))
  assert.ok(problem.what.includes(`${key}, which stays locked without its passphrase`), problem.what)
  connector.close()
})

test('a passphrase is not asked for when the server does not want the key', async () => {
  const key = makeKey(sshd.folder, 'unwanted', passphrase)
  const askPassphrase = (): Promise<Secret> => Promise.reject(new Error('asked'))
  const connector = createConnector(here([], { askPassphrase }))
  const problem = await failure(
    'FLIGHT_AUTHENTICATION',
    within(connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key }))),
  )
  assert.ok(problem.what.includes(`root@127.0.0.1:${sshd.port}`), problem.what)
  assert.ok(problem.what.includes(key), problem.what)
  assert.ok(problem.hint.includes('authorized_keys'), problem.hint)
  connector.close()
})

test('an agent with ten keys logs in with the named one first, before the server loses patience', async () => {
  const connector = createConnector(here([], { agentSocket: agent.socket }))
  const connection = await within(connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: right })))
  assert.is((await within(run(connection, 'echo in'))).out, 'in\n')
  connector.close()
})

test('an agent with ten keys and no named one ends in an error that names what was offered', async () => {
  const connector = createConnector(here([], { agentSocket: agent.socket }))
  const problem = await failure(
    'FLIGHT_AUTHENTICATION',
    within(connector.connect(server('127.0.0.1', { port: sshd.port }))),
  )
  assert.ok(problem.what.includes('wrong0 (agent), wrong1 (agent)'), problem.what)
  connector.close()
})

test('with IdentitiesOnly nothing but the named identity is offered', async () => {
  const config = ['Host *', '  IdentitiesOnly yes', `  IdentityFile ${join(sshd.folder, 'wrong3')}`]
  const connector = createConnector(here(config, { agentSocket: agent.socket }))
  const problem = await failure(
    'FLIGHT_AUTHENTICATION',
    within(connector.connect(server('127.0.0.1', { port: sshd.port }))),
  )
  assert.ok(problem.what.includes(`(offered: ${join(sshd.folder, 'wrong3')} (agent))`), problem.what)
  connector.close()
})

test('nothing to offer says so', async () => {
  const config = ['Host *', '  IdentitiesOnly yes', '  IdentityFile /nonexistent']
  const connector = createConnector(here(config))
  const problem = await failure(
    'FLIGHT_AUTHENTICATION',
    within(connector.connect(server('127.0.0.1', { port: sshd.port }))),
  )
  assert.ok(problem.what.includes('no identity could be offered'), problem.what)
  connector.close()
})

test('RSA and ECDSA keys in old PEM files log in, too, from the file and from the agent', async () => {
  for (const type of ['rsa', 'ecdsa']) {
    const key = makeKey(sshd.folder, `kind-${type}`, '', type)
    execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-P', '', '-N', '', '-f', key])
    sshd.authorize(`${key}.pub`)
    const connector = createConnector(here())
    await within(connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key })))
    agent.add(key)
    const byAgent = createConnector(here([], { agentSocket: agent.socket }))
    await within(byAgent.connect(server('127.0.0.1', { port: sshd.port, identityFile: key })))
    connector.close()
    byAgent.close()
  }
})

test('~/.ssh/config is followed: Include, Host alias, HostName, Port, User, IdentityFile', async () => {
  const options = isolated()
  const included = join(options.home, 'conf.d')
  mkdirSync(included)
  writeFileSync(
    join(included, 'shop.conf'),
    `Host shop\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User root\n  IdentityFile ${right}\n  HostKeyAlias ` +
      `shop-key\n`,
  )
  writeFileSync(
    options.sshConfigFile ?? '',
    `Include ${included}/*.conf\nHost *\n  UserKnownHostsFile ${options.home}/known_hosts\n  GlobalKnownHostsFile ` +
      `none\n`,
  )
  const connector = createConnector(knowing(options, `shop-key ${sshd.hostKey}`))
  const connection = await within(connector.connect(server('shop', { user: undefined })))
  assert.is(connection.user, 'root')
  connector.close()
})

test.run()
