import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get as getTls } from 'node:https'
import { get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { listen } from '../../../src/server/http/listen.ts'
import { webhookSecret } from '../../../src/server/http/webhook-secret.ts'
import { aFront, COMMIT, KEY, type Front } from './front.ts'
import { eventually } from '../../support/eventually.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function listening(
  front: Front,
  more: { tls?: { certificate: string; key: string }; told?: (text: string) => void } = {},
) {
  const { told = () => {}, tls } = more
  const settings = { ...front.options.settings, listen: { host: '127.0.0.1', port: 0 }, tls }
  const { url, stop } = await listen(front.doors, {
    settings,
    audit: front.options.audit,
    told,
    now: () => new Date(),
    patience: 500,
    certificateEvery: 30,
  })
  return { url, stop, port: Number(new URL(url).port) }
}

async function opened(port: number, text = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}) // cut off is what is tried
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

async function said(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (data: Buffer) => (text += data.toString()))
  if (!socket.closed) await once(socket, 'close')
  return text
}

// On a connection of its own, as one that asks for the first time.
function health(url: string): Promise<{ status: number | undefined; ms: number }> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    get(`${url}/healthz`, { agent: false }, (answer) =>
      answer.resume().on('end', () => resolve({ status: answer.statusCode, ms: performance.now() - began })),
    ).on('error', reject)
  })
}

test('10,000 connections, slow and broken ones among them: the server answers, then forgets them', async () => {
  const front = aFront()
  const { url, port, stop } = await listening(front)
  const wave = async (many: number) => {
    const sockets: Socket[] = []
    let slowest = 0
    for (let n = 0; n < many; n += 250) {
      sockets.push(
        ...(await Promise.all(
          Array.from({ length: 250 }, (_, index) =>
            opened(
              port,
              [
                '',
                'GET / HT',
                'POST /v1/apps/shop/releases HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{',
                '\u0016\u0003\u0001',
              ][index % 4],
            ),
          ),
        )),
      )
      const { status, ms } = await health(url)
      assert.is(status, 200)
      slowest = Math.max(slowest, ms)
    }
    for (const socket of sockets) socket.resume()
    await eventually(() => sockets.filter((socket) => !socket.closed).length <= 1000, 'no more are held than may be')
    for (const socket of sockets) socket.destroy()
    return slowest
  }
  await wave(2500)
  await pause(300)
  collect()
  const before = process.memoryUsage()
  const slowest = Math.max(await wave(2500), await wave(2500), await wave(2500))
  await pause(500)
  collect()
  const after = process.memoryUsage()
  // None waits until slow ones are forgotten.
  assert.ok(slowest < 10_000, `the slowest answer took ${slowest} ms`)
  assert.ok(after.heapUsed - before.heapUsed < 10 * 1024 * 1024, `${(after.heapUsed - before.heapUsed) / 1024} KB more`)
  assert.is((await health(url)).status, 200)
  await stop()
  await eventually(() => !process.getActiveResourcesInfo().some((name) => /TCP/.test(name)))
  assert.equal(front.bugs, [])
})

test('a large head, a large body, no HTTP and half a connection are answered and closed', async () => {
  const front = aFront()
  const { url, port, stop } = await listening(front)
  const token = front.token('release', 'shop')
  assert.match(
    await said(await opened(port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)),
    /^HTTP\/1\.1 431 /,
  )
  assert.match(await said(await opened(port, 'hello\r\n\r\n')), /^HTTP\/1\.1 400 /)
  assert.match(
    await said(await opened(port, 'GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')),
    /^HTTP\/1\.1 400 [\s\S]*content-security-policy[\s\S]*urn:flight:bad-request/,
  )
  const head =
    `POST /v1/apps/shop/releases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ` +
    `application/json\r\n`
  assert.match(await said(await opened(port, `${head}Content-Length: 99999999\r\n\r\n{`)), /^HTTP\/1\.1 413 /)
  const chunked = await opened(port, `${head}Transfer-Encoding: chunked\r\n\r\n`)
  const chunk = setInterval(() => chunked.writable && chunked.write(`2000\r\n${'x'.repeat(0x2000)}\r\n`), 1)
  assert.match(await said(chunked), /^HTTP\/1\.1 413 /)
  clearInterval(chunk)
  const half = await opened(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  half.end()
  assert.match(await said(half), /^HTTP\/1\.1 200 /)
  assert.is((await health(url)).status, 200)
  assert.equal(
    front.audit.filter(({ path }) => path === '-').map(({ status }) => status),
    [431, 400, 400],
  )
  await stop()
})

test('a slow head is ended after ten seconds, not after the minute of Node', async () => {
  const { port, stop } = await listening(aFront())
  const began = Date.now()
  assert.match(await said(await opened(port, 'GET / HTTP/1.1\r\nHost: x\r\nX: ')), /^HTTP\/1\.1 408 /)
  assert.ok(Date.now() - began < 50_000)
  await stop()
})

// A delivery whose body comes byte by byte, from one of fifty addresses, with what looks like a signature.
async function trickling(port: number, number: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.1.${1 + (number % 50)}` })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    'POST /v1/apps/shop/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      'X-Hub-Signature-256: sha256=00\r\nX-GitHub-Event: workflow_run\r\nContent-Length: 100000\r\n\r\n{',
  )
  return socket
}

test('600 bodies that trickle in keep no signed delivery out: the slowest make room', async () => {
  const front = aFront()
  front.token('webhook', 'shop')
  const secret = webhookSecret(KEY, front.desk.tokensKept.at(-1)?.id ?? '')
  const { url, port, stop } = await listening(front)
  const slow: Socket[] = []
  for (let number = 0; number < 600; number++) slow.push(await trickling(port, number))
  for (const socket of slow) socket.write(' ')
  const delivered = async (number: number) => {
    const body = JSON.stringify({ zen: `Keep it ${'x'.repeat(50_000)}`, number })
    const { status } = await fetch(`${url}/v1/apps/shop/webhook`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'ping',
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
    })
    return status
  }
  // Where all are as new as the delivery, it is told to come again.
  for (let number = 0; number < 20; number++)
    await eventually(async () => {
      const status = await delivered(number)
      assert.ok(status === 200 || status === 503, String(status))
      return status === 200
    })
  for (const socket of slow) socket.destroy()
  await stop()
})

test('who stops reading frees the stream, and stopping ends the others', async () => {
  const front = aFront()
  const { url, port, stop } = await listening(front)
  await front.post('/v1/apps/shop/releases', { commit: COMMIT }, { token: front.token('release', 'shop') })
  const token = front.token('read', 'shop')
  const stream = () =>
    opened(port, `GET /v1/releases/1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  const readers = await Promise.all(Array.from({ length: 10 }, stream))
  await eventually(() => front.desk.listeners() === 10)
  assert.is((await fetch(`${url}/v1/releases/1/events`, { headers: { authorization: `Bearer ${token}` } })).status, 429)
  for (const reader of readers) reader.destroy()
  await eventually(() => front.desk.listeners() === 0)
  const last = await stream()
  const waiting = fetch(`${url}/v1/releases/1?wait=300`, { headers: { authorization: `Bearer ${token}` } })
  await eventually(() => front.desk.listeners() === 2)
  const text = said(last)
  const began = Date.now()
  await stop()
  assert.ok(Date.now() - began < 150_000, 'long before the 300 s that one waits')
  assert.is((await waiting).status, 200)
  assert.not.match(await text, 'event: end')
  assert.is(front.desk.listeners(), 0)
  assert.instance(await health(url).catch((error: unknown) => error), Error)
})

test('a new certificate is taken when its files change, a bad one is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flight-tls-'))
  const make = (name: string) =>
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        join(folder, `${name}.key`),
        '-out',
        join(folder, `${name}.crt`),
      ],
      { stdio: 'ignore' },
    )
  make('first')
  make('second')
  const use = (name: string, key = name) => {
    copyFileSync(join(folder, `${key}.key`), join(folder, 'key.pem'))
    copyFileSync(join(folder, `${name}.crt`), join(folder, 'certificate.pem'))
  }
  use('first')
  const told: string[] = []
  const tls = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') }
  const { url, stop } = await listening(aFront(), { tls, told: (text) => void told.push(text) })
  const name = () =>
    new Promise<[string, boolean]>((resolve, reject) => {
      getTls(`${url}/healthz`, { agent: false, rejectUnauthorized: false }, (answer) => {
        resolve([
          (answer.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }).getPeerCertificate()
            .subject.CN,
          answer.headers['strict-transport-security'] !== undefined,
        ])
        answer.resume()
      }).on('error', reject)
    })
  const until = (words: RegExp) => eventually(() => words.test(told.join('\n')), String(words))
  assert.equal(await name(), ['first', true])
  await pause(100)
  use('second', 'first')
  await until(/old one stays/)
  assert.equal(await name(), ['first', true])
  writeFileSync(tls.certificate, 'nonsense')
  use('second')
  await until(/was read again/)
  assert.equal(await name(), ['second', true])
  await stop()
  rmSync(folder, { recursive: true })
})

test.run()
