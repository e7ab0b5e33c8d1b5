import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startLoad, unharmed, type Visit } from './load.ts'
import { loud } from '../support/loud.ts'

// Whoever says "no request failed" must be able to see one that
// does. A server that errs once in a hundred answers is asked.

const WRONG: Record<string, (response: ServerResponse) => void> = {
  '/status': (response) => response.writeHead(502).end('Bad Gateway'),
  '/reset': (response) => response.socket?.resetAndDestroy(),
  '/truncated': (response) => {
    response.writeHead(200, { 'content-length': '10' }).write('fine')
    setTimeout(() => response.socket?.destroy(), 5)
  },
  '/cut-chunks': (response) => {
    response.write('fine')
    setTimeout(() => response.socket?.destroy(), 5)
  },
  '/other-body': (response) => response.end('somebody else'),
}

let server: Server
let port: number
let asked = 0

test.before(
  loud(async () => {
    server = createServer((request, response) => {
      asked += 1
      const wrong = WRONG[request.url ?? '']
      if (wrong !== undefined && asked % 100 === 50) wrong(response)
      else if (request.url === '/slow') setTimeout(() => response.end('fine'), 100)
      else response.end('fine')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }),
)

test.after(() => {
  server.closeAllConnections()
  server.close()
})

const visit = (path: string, visitors: number): Visit => ({ domain: 'lab.example.com', path, visitors, says: /^fine$/ })

test('a load against a healthy server counts every request and no failure', async () => {
  const report = await unharmed({ address: '127.0.0.1', port }, [visit('/', 4), visit('/slow', 2)], async (load) =>
    load.reaches(400),
  )
  assert.is(
    [...report.byPath.values()].reduce((sum, count) => sum + count, 0),
    report.requests,
  )
  assert.ok((report.byPath.get('/slow') ?? 0) > 0 && report.worst >= 100, 'slow ones are among them')
})

for (const path of Object.keys(WRONG)) {
  test(`one wrong answer in a hundred is seen: ${path}`, async () => {
    asked = 0
    const load = startLoad({ address: '127.0.0.1', port }, [visit(path, 1)], 0)
    await load.reaches(120)
    const report = await load.stop()
    assert.is(report.failures, Math.floor((report.requests + 50) / 100), report.failed.join('\n'))
    assert.match(report.failed[0] ?? '', path)
  })
}

test('a load that fails says which requests did, and when', async () => {
  asked = 0
  const outcome = await unharmed({ address: '127.0.0.1', port }, [visit('/status', 1)], (load) =>
    load.reaches(120),
  ).then(
    () => 'nothing',
    (error: Error) => error.message,
  )
  assert.match(outcome, /^\d of \d+ requests failed in \d+ s:\n\d+\.\d s: lab\.example\.com\/status: 502/)
})

test('when what is done meanwhile fails, that is what is said, and the load ends', async () => {
  const outcome = await unharmed({ address: '127.0.0.1', port }, [visit('/', 1)], () =>
    Promise.reject(new Error('it broke')),
  ).then(
    () => 'nothing',
    (error: Error) => error.message,
  )
  assert.is(outcome, 'it broke')
})

test('what is done over a switch overlaps a request of every visitor, and each asks again afterwards', async () => {
  const held: ServerResponse[] = []
  const holding = createServer((_, response) => held.push(response))
  await new Promise<void>((resolve) => holding.listen(0, '127.0.0.1', resolve))
  const load = startLoad({ address: '127.0.0.1', port: (holding.address() as AddressInfo).port }, [visit('/', 3)], 0)
  const answer = async () => {
    while (held.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
    for (const response of held.splice(0)) response.end('fine')
  }
  const seen: string[] = []
  const over = load
    .over(async () => void seen.push(`switched with ${held.length} on their way`))
    .then(() => seen.push('over'))
  for (let round = 0; round < 6 && !seen.includes('over'); round++) {
    seen.push('answers')
    await answer()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await over
  assert.is(seen.filter((what) => what.startsWith('switched')).length, 1)
  assert.ok(seen.indexOf('over') - seen.findIndex((what) => what.startsWith('switched')) >= 2, seen.join(', '))
  const stopped = load.stop()
  holding.closeAllConnections()
  await stopped
  holding.close()
})

test('a server that answers nobody ends a load instead of holding it up', async () => {
  const load = startLoad({ address: '127.0.0.1', port: 1 }, [visit('/', 1)], 1)
  await load.reaches(10)
  assert.is((await load.stop()).byPath.size, 1)
})

test.run()
