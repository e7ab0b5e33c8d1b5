import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createConnector } from '../../src/transport/connector.ts'
import { makeKey, startSshd, type Sshd } from './sshd.ts'
import { failure, isolated, knowing, run, server, within } from './world.ts'
import { loud } from '../support/loud.ts'

let sshd: Sshd
let key: string

test.before(
  loud(async () => {
    sshd = await startSshd()
    key = makeKey(sshd.folder, 'plain')
    sshd.authorize(`${key}.pub`)
  }),
)
test.after(() => sshd.stop())

test('a known host and a plain key: commands run, and their output, errors and exit codes come back', async () => {
  const connector = createConnector(knowing(isolated(), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`))
  const connection = await within(connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key })))
  assert.is(connection.hostKey, sshd.fingerprint)
  assert.is(connection.user, 'root')
  const { out, err, ending } = await within(run(connection, 'cat; echo bad >&2; exit 3', 'hello'))
  assert.equal({ out, err, ending }, { out: 'hello', err: 'bad\n', ending: { kind: 'exit', code: 3 } })
  const killed = await within(run(connection, 'kill -TERM $$'))
  assert.equal(killed.ending, { kind: 'signal', signal: 'SIGTERM' })
  connector.close()
  await within(connection.lost)
  await failure('FLIGHT_CONNECTION_LOST', connection.exec('true'))
})

test('an unknown host is refused before authentication, with its fingerprint and the way to accept it', async () => {
  const connector = createConnector(isolated())
  const problem = await failure(
    'FLIGHT_HOST_KEY_UNKNOWN',
    within(connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key }))),
  )
  assert.is(problem.where, 'web1')
  assert.ok(problem.what.includes(`ssh-ed25519 ${sshd.fingerprint}`), problem.what)
  assert.ok(problem.hint.includes('flight trust web1'))
  connector.close()
})

test.run()
