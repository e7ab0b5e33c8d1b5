import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '../../src/transport/connection.ts'
import { openControl } from '../../src/transport/control.ts'
import { createConnector, type Connector } from '../../src/transport/connector.ts'
import { makeKey, startSshd, type Sshd } from './sshd.ts'
import { failure, isolated, knowing, run, server, within } from './world.ts'
import { loud } from '../support/loud.ts'

let sshd: Sshd
let connector: Connector
let key: string

test.before(
  loud(async () => {
    sshd = await startSshd(['MaxStartups 10:100:10'])
    key = makeKey(sshd.folder, 'plain')
    sshd.authorize(`${key}.pub`)
    connector = createConnector(knowing(isolated(), `[127.0.0.1]:${sshd.port} ${sshd.hostKey}`))
  }),
)
test.after(async () => {
  connector.close()
  await sshd.stop()
})

const connect = (): Promise<Connection> =>
  within(connector.connect(server('127.0.0.1', { port: sshd.port, identityFile: key })))

test('forty commands on one connection all end, though sshd allows ten at once', async () => {
  const connection = await connect()
  const all = await within(Promise.all(Array.from({ length: 40 }, (_, n) => run(connection, `sleep 0.05; echo ${n}`))))
  assert.equal(
    all.map((one) => one.out),
    Array.from({ length: 40 }, (_, n) => `${n}\n`),
  )
  connection.close()
})

test('who follows scripts on the control channel sees what they print, and nothing of the channel itself', async () => {
  const connection = await connect()
  const control = await openControl(connection, false)
  const seen: string[] = []
  for (const script of [
    'printf "a\\nb\\n"',
    'true',
    'for n in 1 2 3; do echo $n; sleep 0.05; done',
    'printf "no end"',
    'echo flight-; exit 7',
  ]) {
    let followed = ''
    const { code, stdout } = await within(control.run(script, (chunk) => (followed += chunk.toString())))
    assert.is(followed, `${stdout.toString()}\n`, script)
    seen.push(`${code} ${stdout.toString()}`)
  }
  assert.equal(seen, ['0 a\nb\n', '0 ', '0 1\n2\n3\n', '0 no end', '7 flight-\n'])
  control.close()
  connection.close()
})

test('thirty connections at once stay under MaxStartups', async () => {
  const connections = await Promise.all(Array.from({ length: 30 }, connect))
  await within(Promise.all(connections.map((connection) => run(connection, 'true'))))
  for (const connection of connections) connection.close()
})

test('200 MB go through cat and back without being held in memory', async () => {
  const connection = await connect()
  const channel = await connection.exec('cat')
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const size = 200 * 1024 * 1024
  let peak = 0
  let received = 0
  const before = process.memoryUsage().rss
  const source = Readable.from(
    (function* () {
      for (let sent = 0; sent < size; sent += chunk.length) yield chunk
    })(),
  )
  const counting = (async () => {
    for await (const piece of channel.stdout) {
      received += (piece as Buffer).length
      peak = Math.max(peak, process.memoryUsage().rss)
    }
  })()
  channel.stderr.resume()
  await within(Promise.all([pipeline(source, channel.stdin), counting]))
  assert.equal(await channel.ended, { kind: 'exit', code: 0 })
  assert.is(received, size)
  assert.ok(peak - before < 120 * 1024 * 1024, `grew by ${(peak - before) / 1024 / 1024} MB`)
  connection.close()
})

test('a reader that waits makes the server wait', async () => {
  const connection = await connect()
  const channel = await connection.exec('head -c 50000000 /dev/zero')
  const before = process.memoryUsage().rss
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.ok(process.memoryUsage().rss - before < 30 * 1024 * 1024)
  let size = 0
  for await (const piece of channel.stdout) size += (piece as Buffer).length
  assert.is(size, 50_000_000)
  connection.close()
})

test('a lost server makes a running command unknown, the connection lost, and further commands fail', async () => {
  const connection = await connect()
  const { out } = await within(run(connection, 'echo $PPID'))
  const channel = await connection.exec('echo started; sleep 60')
  const outputs = Promise.all([text(channel.stdout), text(channel.stderr)])
  const pending = pipeline(
    Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(65536)
      })(),
    ),
    channel.stdin,
  )
  const failing = pending.then(
    () => 'fine',
    () => 'failed',
  )
  process.kill(Number(out), 'SIGKILL')
  assert.equal(await within(channel.ended), { kind: 'unknown' })
  await within(connection.lost)
  assert.is(await within(failing), 'failed')
  await within(outputs)
  await failure('FLIGHT_CONNECTION_LOST', connection.exec('true'))
})

test('commands that wait for a channel fail when the connection is lost', async () => {
  const connection = await connect()
  const running = await within(Promise.all(Array.from({ length: 8 }, () => connection.exec('sleep 60'))))
  const waiting = failure('FLIGHT_CONNECTION_LOST', connection.exec('true'))
  connection.close()
  await within(waiting)
  assert.equal(
    await within(Promise.all(running.map((c) => c.ended))),
    running.map(() => ({ kind: 'unknown' })),
  )
})

test('output that nobody reads does not keep a short command from ending', async () => {
  const connection = await connect()
  for (let n = 0; n < 20; n += 1) {
    const channel = await within(connection.exec('echo one; echo two >&2; exit 4'))
    assert.equal(await within(channel.ended), { kind: 'exit', code: 4 })
  }
  connection.close()
})

test('a channel that is closed early gives its place back', async () => {
  const connection = await connect()
  for (let n = 0; n < 12; n += 1) {
    const channel = await within(connection.exec('yes'))
    await once(channel.stdout, 'readable')
    channel.close()
    await within(channel.ended)
  }
  assert.is((await within(run(connection, 'echo still'))).out, 'still\n')
  connection.close()
})

test('input that the command does not read to the end is not an error of the process', async () => {
  const connection = await connect()
  const channel = await connection.exec('head -c 1 >/dev/null')
  channel.stdin.write(Buffer.alloc(5_000_000))
  assert.equal(await within(channel.ended), { kind: 'exit', code: 0 })
  channel.stdin.end('more')
  connection.close()
})

test.run()
