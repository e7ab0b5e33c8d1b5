import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aFront, COMMIT, type Front } from './front.ts'

async function asked(front: Front, body: object = { commit: COMMIT }, app = 'shop'): Promise<number> {
  const answer = await front.post(`/v1/apps/${app}/releases`, body, { token: front.token('release', app) })
  assert.is(answer.status, 202)
  return ((await answer.json()) as { id: number }).id
}

test('a release is accepted, with where to look', async () => {
  const front = aFront()
  const token = front.token('release', 'shop', { name: 'pipeline of shop' })
  const answer = await front.post(
    '/v1/apps/shop/releases',
    { commit: COMMIT.toUpperCase(), ref: 'refs/heads/main' },
    { token, headers: { 'idempotency-key': 'job 7' } },
  )
  assert.is(answer.status, 202)
  assert.is(answer.headers.get('location'), 'http://flight.example.com/v1/releases/1')
  const text = await answer.text()
  const body = JSON.parse(text) as Record<string, unknown>
  assert.equal(
    [body['id'], body['url'], body['app'], body['commit'], body['ref'], body['state'], body['by']],
    [1, 'http://flight.example.com/v1/releases/1', 'shop', COMMIT, 'refs/heads/main', 'waiting', 'pipeline of shop'],
  )
  assert.not.match(text, 'job 7')
})

test('the same again is the same release; the key used for something else is refused', async () => {
  const front = aFront()
  const token = front.token('release', 'shop')
  const send = (commit: string, key: string) =>
    front.post('/v1/apps/shop/releases', { commit }, { token, headers: { 'idempotency-key': key } })
  const ids = [await send(COMMIT, 'a'), await send(COMMIT, 'a'), await send(COMMIT, 'b')]
  assert.equal(await Promise.all(ids.map(async (answer) => ((await answer.json()) as { id: number }).id)), [1, 1, 2])
  const other = await send('0'.repeat(39) + '1', 'a')
  assert.is(other.status, 422)
  assert.is(((await other.json()) as { type: string }).type, 'urn:flight:key-reused')
})

test('as text the answer is the address alone, of the configured url where there is one', async () => {
  const front = aFront({ url: 'https://flight.example.org/' })
  const answer = await front.post(
    '/v1/apps/shop/releases',
    { commit: COMMIT },
    { token: front.token('release', 'shop'), headers: { accept: 'text/plain' } },
  )
  assert.is(await answer.text(), 'https://flight.example.org/v1/releases/1\n')
})

test('what is wrong in a body is named with the way out', async () => {
  const front = aFront()
  const token = front.token('release', 'shop')
  const cases: [string, number, RegExp][] = [
    ['{"commit":"abc"}', 400, /40 hex digits/],
    ['{"comit":"abc"}', 400, /Did you mean commit/],
    [`{"commit":"${COMMIT}","commit":"${COMMIT}"}`, 400, /twice/],
    [`{"commit":"${COMMIT}","older":true,"older":false}`, 400, /twice/],
    [`{"commit":"${COMMIT}","older":"yes"}`, 400, /older/],
    [`{"commit":"${COMMIT}","ref":"a b"}`, 400, /ref/],
    [`{"commit":"${COMMIT}","ref":"${'r'.repeat(256)}"}`, 400, /ref/],
    [`{"commit":["${COMMIT}"]}`, 400, /commit must be text, is a list/],
    [`{"__proto__":{"commit":"${COMMIT}"}}`, 400, /unknown key \\"__proto__\\"/],
    [`["${COMMIT}"]`, 400, /object/],
    ['{"commit":', 400, /JSON/],
    ['\uD800', 400, /JSON/],
    ['', 400, /commit/],
    [`{"commit":"${' '.repeat(70_000)}"}`, 413, /64 KB/],
  ]
  for (const [body, status, words] of cases) {
    const answer = await front.post('/v1/apps/shop/releases', body, { token })
    assert.is(answer.status, status, body.slice(0, 80))
    assert.match(await answer.text(), words)
  }
  const form = await front.post('/v1/apps/shop/releases', `commit=${COMMIT}`, {
    token,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.is(form.status, 415)
  const packed = await front.post('/v1/apps/shop/releases', '{}', { token, headers: { 'content-encoding': 'gzip' } })
  assert.is(packed.status, 415)
  const key = await front.post(
    '/v1/apps/shop/releases',
    { commit: COMMIT },
    { token, headers: { 'idempotency-key': 'k'.repeat(256) } },
  )
  assert.is(key.status, 400)
  assert.is((await front.desk.store.requests({ limit: 9 })).length, 0)
})

test('what is wrong in a query or a header is named, all at once, by the words of the document', async () => {
  const front = aFront()
  const id = await asked(front)
  const token = front.token('read', null)
  const cases: [string, RegExp][] = [
    [`/v1/releases/${id}?wait=301`, /wait must be <= 300, is 301\..*at most 300/],
    [`/v1/releases/${id}?wait=1e2`, /wait must be a whole number, is \\"1e2\\"/],
    ['/v1/apps/shop/releases?limit=201&before=x', /limit must be <= 200, is 201\. before must be a whole number/],
    [`/v1/releases/${id}/events?after=-1`, /after must be a whole number/],
  ]
  for (const [path, words] of cases) {
    const answer = await front.ask(path, { token })
    assert.equal([path, answer.status], [path, 400])
    assert.match(await answer.text(), words)
  }
  assert.is((await front.ask('/v1/releases/1x', { token })).status, 404)
  assert.is((await front.ask(`/v1/releases/${id}?wait=0&other=1`, { token })).status, 200)
})

test('a token that was sent in the wrong place is not told again', async () => {
  const front = aFront()
  const token = front.token('release', 'shop')
  const answer = await front.post('/v1/apps/shop/releases', { commit: token }, { token })
  const text = await answer.text()
  assert.is(answer.status, 400)
  assert.match(text, 'flight_…')
  assert.not.match(text, token.slice(0, 30))
})

test('a result is 202 while it goes on, 200 when it succeeded, 409 with the problems otherwise', async () => {
  const front = aFront()
  const [good, bad] = [await asked(front), await asked(front, { commit: COMMIT.replace('3', '4') })]
  const token = front.token('read', 'shop')
  const result = (id: number) => front.ask(`/v1/releases/${id}/result`, { token })
  assert.is((await result(good)).status, 202)
  front.desk.end(good, 'succeeded', 'shop is live')
  front.desk.end(bad, 'went_back', 'shop went back')
  const answers = [await result(good), await result(bad)]
  assert.equal(
    answers.map(({ status }) => status),
    [200, 409],
  )
  assert.equal(await Promise.all(answers.map((answer) => answer.text())), [
    'shop is live\n',
    'shop went back\nweb-1: answers 500\n  way out: look at its log\n',
  ])
})

test('waiting ends with the release, or with the time', async () => {
  const front = aFront()
  const id = await asked(front)
  const token = front.token('read', null)
  const alive = setInterval(() => {}, 1000) // without a server nothing else keeps the process
  const early = await front.ask(`/v1/releases/${id}?wait=1`, { token })
  assert.is(((await early.json()) as { state: string }).state, 'waiting')
  setTimeout(() => front.desk.end(id, 'succeeded'), 30)
  const began = Date.now()
  const answer = await front.ask(`/v1/releases/${id}/result?wait=300`, { token })
  assert.is(answer.status, 200)
  assert.ok(Date.now() - began < 150_000, 'long before the 300 s that were asked for')
  assert.is(front.desk.listeners(), 0)
  clearInterval(alive)
  for (const wait of ['301', '-1', 'x', '1e2'])
    assert.is((await front.ask(`/v1/releases/${id}?wait=${wait}`, { token })).status, 400)
})

test('the log says what happened, one line an event, and follows until the end', async () => {
  const front = aFront()
  const id = await asked(front)
  const token = front.token('read', 'shop')
  front.desk.tell(id, { event: 'begins', attempt: 1 })
  front.desk.tell(id, { event: 'note', text: 'evil\u001b[2J\nline' })
  const lines = (await (await front.ask(`/v1/releases/${id}/log`, { token })).text()).trimEnd().split('\n')
  assert.equal(
    lines.map((line) => line.replace(/^\S+ /, '')),
    ['asked for by release of shop', 'begins', 'evil line'],
  )
  const following = front.ask(`/v1/releases/${id}/log?follow=1`, { token }).then((answer) => answer.text())
  setTimeout(() => front.desk.end(id, 'failed', 'no'), 20)
  assert.match(await following, /failed: no\n\S+ {3}web-1: answers 500 \(look at its log\)\n$/)
  assert.is(front.desk.listeners(), 0)
})

test('events carry their number, go on after the last one seen, and end with end', async () => {
  const front = aFront()
  const id = await asked(front)
  const token = front.token('read', 'shop')
  front.desk.tell(id, { event: 'begins', attempt: 1 })
  front.desk.end(id, 'succeeded')
  const all = await (await front.ask(`/v1/releases/${id}/events`, { token })).text()
  assert.equal(
    [...all.matchAll(/^id: (\d+)$/gm)].map(([, n]) => n),
    ['1', '2', '3'],
  )
  assert.match(all, /event: end\ndata: \{\}\n\n$/)
  const rest = await (
    await front.ask(`/v1/releases/${id}/events?after=1`, { token, headers: { 'last-event-id': '2' } })
  ).text()
  assert.equal(
    [...rest.matchAll(/^id: (\d+)$/gm)].map(([, n]) => n),
    ['3'],
  )
  assert.is((await front.ask(`/v1/releases/${id}/events`, { token, headers: { 'last-event-id': 'x' } })).status, 400)
})

test('an address follows ten streams at most, and a stream that ended makes room; HEAD takes none', async () => {
  const front = aFront()
  const id = await asked(front)
  const token = front.token('read', 'shop')
  const open = () => front.ask(`/v1/releases/${id}/events`, { token })
  for (let n = 0; n < 12; n++)
    assert.is((await front.ask(`/v1/releases/${id}/events`, { token, method: 'HEAD' })).status, 200)
  const streams = await Promise.all(Array.from({ length: 10 }, open))
  const refused = await open()
  assert.equal([refused.status, refused.headers.get('retry-after')], [429, '5'])
  await streams[0]?.body?.cancel()
  assert.is((await open()).status, 200)
  front.doors.endStreams()
  const text = await (streams[1] as Response).text()
  assert.not.match(text, 'event: end')
})

test('cancelling and going back', async () => {
  const front = aFront()
  const token = front.token('release', 'shop')
  const first = await asked(front)
  assert.is((await front.ask(`/v1/releases/${first}/cancel`, { method: 'POST', token })).status, 202)
  assert.is((await front.ask(`/v1/releases/${first}/cancel`, { method: 'POST', token })).status, 409)
  const [second, third] = [await asked(front), await asked(front, { commit: COMMIT.replace('3', '5') })]
  const back = (id: number, body: object = {}) => front.post(`/v1/releases/${id}/rollback`, body, { token })
  assert.is((await back(second)).status, 409)
  front.desk.end(second, 'succeeded')
  front.desk.end(third, 'succeeded')
  assert.is((await back(second)).status, 409)
  assert.is((await back(third, { to: '../..' })).status, 400)
  const answer = await back(third, { to: '3f9a1c2b7d04-1' })
  const body = (await answer.json()) as Record<string, unknown>
  assert.equal([answer.status, body['does'], body['leaving'], body['to']], [202, 'rollback', third, '3f9a1c2b7d04-1'])
  assert.is((await front.ask(`/v1/releases/${third}/rollback`, { method: 'POST', token })).status, 202)
})

test('what was asked for is listed page by page', async () => {
  const front = aFront()
  for (const n of [1, 2, 3]) await asked(front, { commit: COMMIT.replace('3', String(n)) })
  await asked(front, { commit: COMMIT }, 'blog')
  const token = front.token('read', 'shop')
  type Page = { releases: { id: number }[]; next: string | null }
  const first = (await (await front.ask('/v1/apps/shop/releases?limit=2', { token })).json()) as Page
  assert.equal(
    [first.releases.map(({ id }) => id), first.next],
    [[3, 2], 'http://flight.example.com/v1/apps/shop/releases?limit=2&before=2'],
  )
  const second = (await (
    await front.ask(new URL(first.next ?? '').pathname + new URL(first.next ?? '').search, { token })
  ).json()) as Page
  assert.equal([second.releases.map(({ id }) => id), second.next], [[1], null])
  const apps = (await (await front.ask('/v1/apps', { token })).json()) as { apps: { name: string }[] }
  assert.equal(
    apps.apps.map(({ name }) => name),
    ['shop'],
  )
})

test('while the server stops nothing new is taken, and what there is can still be read', async () => {
  const front = aFront()
  const id = await asked(front)
  front.desk.isStoppingNow = true
  const answer = await front.post(
    '/v1/apps/shop/releases',
    { commit: COMMIT },
    { token: front.token('release', 'shop') },
  )
  assert.equal([answer.status, answer.headers.get('retry-after')], [503, '30'])
  assert.is((await front.ask(`/v1/releases/${id}`, { token: front.token('read', 'shop') })).status, 200)
})

test('another method is told which there are', async () => {
  const front = aFront()
  const answer = await front.ask('/v1/apps/shop/releases', { method: 'DELETE' })
  assert.equal([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD, POST'])
  assert.is((await front.ask('/v1/nothing')).status, 404)
})

test('a bug is a 500 that says nothing of itself, and is told to the log', async () => {
  const front = aFront({
    metrics: async () => {
      throw new Error('secret detail at /etc/shadow')
    },
  })
  const answer = await front.ask('/metrics', { token: front.token('read', null) })
  assert.is(answer.status, 500)
  assert.not.match(await answer.text(), 'secret')
  assert.is(front.bugs.length, 1)
})

test('every request stands in the audit log with its outcome, without its query', async () => {
  const front = aFront()
  const id = await asked(front)
  await front.ask(`/v1/releases/${id}?wait=0`, { token: front.token('read', 'shop', { name: 'dashboard' }) })
  await front.ask('/v1/ping')
  assert.equal(
    front.audit.map(({ method, path, who, status, request, address }) => [method, path, who, status, request, address]),
    [
      ['POST', '/v1/apps/shop/releases', 'release of shop', 202, 1, '203.0.113.7'],
      ['GET', '/v1/releases/1', 'dashboard', 200, null, '203.0.113.7'],
      ['GET', '/v1/ping', null, 401, null, '203.0.113.7'],
    ],
  )
})

test('what is counted is the pattern of the route, never a path', async () => {
  const front = aFront()
  const id = await asked(front)
  await front.ask(`/v1/releases/${id}/log`, { token: front.token('read', 'shop') })
  await front.ask('/v1/wp-login.php')
  await front.ask('/apps/shop', { token: front.token('read', null) })
  await front.ask('/healthz')
  assert.equal(front.answered, [
    'POST /v1/apps/:app/releases 202',
    'GET /v1/releases/:id/log 200',
    'GET page 404',
    'GET page 303',
    'GET /healthz 200',
  ])
})

test.run()
