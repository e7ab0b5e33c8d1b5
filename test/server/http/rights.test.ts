import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { COOKIE } from '../../../src/server/http/asker.ts'
import { aFront, COMMIT, type Front } from './front.ts'
import { eventually } from '../../support/eventually.ts'

const BODY = JSON.stringify({ commit: COMMIT })
const json = { 'content-type': 'application/json' }

// Every route with the status that each purpose gets: release, read
// and ping of shop, read and ping of all, release of blog, nobody.
const TABLE: readonly [string, string, readonly number[]][] = [
  ['POST', '/v1/apps/shop/releases', [202, 403, 403, 403, 403, 404, 401]],
  ['POST', '/v1/apps/none/releases', [404, 403, 403, 403, 403, 404, 401]],
  ['POST', '/v1/releases/1/cancel', [202, 403, 403, 403, 403, 404, 401]],
  ['POST', '/v1/releases/1/rollback', [409, 403, 403, 403, 403, 404, 401]],
  ['GET', '/v1/releases/1', [200, 200, 403, 200, 403, 404, 401]],
  ['GET', '/v1/releases/1/result', [202, 202, 403, 202, 403, 404, 401]],
  ['GET', '/v1/releases/1/log', [200, 200, 403, 200, 403, 404, 401]],
  ['GET', '/v1/releases/99/log', [404, 404, 403, 404, 403, 404, 401]],
  ['HEAD', '/v1/releases/1/events', [200, 200, 403, 200, 403, 404, 401]],
  ['GET', '/v1/apps', [403, 200, 403, 200, 403, 403, 401]],
  ['GET', '/v1/apps/shop/releases', [200, 200, 403, 200, 403, 404, 401]],
  ['GET', '/v1/apps/none/releases', [404, 404, 403, 404, 403, 404, 401]],
  ['GET', '/v1/ping', [200, 200, 200, 200, 200, 200, 401]],
  ['GET', '/v1/apps/shop/ping', [200, 200, 200, 200, 200, 404, 401]],
  ['GET', '/metrics', [403, 403, 403, 200, 403, 403, 401]],
  ['GET', '/healthz', [200, 200, 200, 200, 200, 200, 200]],
  ['GET', '/readyz', [200, 200, 200, 200, 200, 200, 200]],
  ['GET', '/openapi.json', [200, 200, 200, 200, 200, 200, 200]],
]

async function withOneRelease(): Promise<Front> {
  const front = aFront()
  await front.post('/v1/apps/shop/releases', { commit: COMMIT }, { token: front.token('release', 'shop') })
  return front
}

test('what each purpose may do, route by route', async () => {
  for (const [method, path, expected] of TABLE) {
    const statuses: number[] = []
    for (const who of [
      ['release', 'shop'],
      ['read', 'shop'],
      ['ping', 'shop'],
      ['read', null],
      ['ping', null],
      ['release', 'blog'],
      undefined,
    ] as const) {
      const front = await withOneRelease()
      const token = who === undefined ? undefined : front.token(who[0], who[1])
      const answer = await front.ask(path, {
        method,
        ...(method === 'POST' && path.endsWith('releases') ? { body: BODY, headers: json } : {}),
        ...(token === undefined ? {} : { token }),
      })
      statuses.push(answer.status)
    }
    assert.equal(statuses, expected, `${method} ${path}`)
  }
})

test('an app that is not there and one of somebody else get the same answer', async () => {
  const front = await withOneRelease()
  const token = front.token('release', 'blog')
  const read = front.token('read', 'blog')
  const pairs = [
    await Promise.all(
      ['shop', 'none'].map((app) => front.post(`/v1/apps/${app}/releases`, { commit: COMMIT }, { token })),
    ),
    await Promise.all([1, 99].map((id) => front.ask(`/v1/releases/${id}`, { token: read }))),
    await Promise.all(['shop', 'none'].map((app) => front.ask(`/v1/apps/${app}/releases`, { token: read }))),
    await Promise.all(
      ['shop', 'none'].map((app) => front.post(`/v1/apps/${app}/webhook`, {}, { headers: { 'x-gitlab-token': 'x' } })),
    ),
  ]
  for (const [theirs, none] of pairs as [Response, Response][]) {
    assert.equal(
      [theirs.status, [...theirs.headers], await theirs.text()],
      [none.status, [...none.headers], await none.text()],
    )
  }
})

test('wrong, expired and revoked tokens, and those of webhooks, open nothing', async () => {
  const front = aFront()
  const good = front.token('read', null)
  const [, id, secret] = good.split('_') as [string, string, string]
  const expired = front.token('read', null, { expires: '2026-05-04T12:00:00.000Z' })
  const revoked = front.token('read', null)
  Object.assign(front.desk.tokensKept.at(-1) as object, { revoked: '2026-05-01T00:00:00.000Z' })
  front.token('webhook', 'shop')
  const webhook = front.desk.tokensKept.at(-1)?.id ?? ''
  const wrong = [
    `flight_${id}_${'0'.repeat(48)}`,
    `flight_000000000000_${secret}`,
    expired,
    revoked,
    `flight_${webhook}_${'0'.repeat(48)}`,
    'x',
    `${good}x`,
  ]
  for (const token of wrong) assert.is((await front.ask('/v1/ping', { token })).status, 401, token)
  assert.is((await front.ask('/v1/ping', { token: good })).status, 200)
  assert.is((await front.ask('/v1/ping', { headers: { authorization: `Basic ${good}` } })).status, 401)
})

test('whoever follows something does so no longer once the token is revoked, or expires; others do', async () => {
  const front = aFront()
  const accepted = (await (
    await front.post('/v1/apps/shop/releases', { commit: COMMIT }, { token: front.token('release', 'shop') })
  ).json()) as { id: number }
  const revoked = front.token('read', null)
  const kept = front.desk.tokensKept.at(-1) as object
  const expiring = front.token('read', null, { expires: '2026-05-04T13:00:00.000Z' })
  const good = front.token('read', null)
  const paths = [
    `/v1/releases/${accepted.id}/log?follow=1`,
    `/v1/releases/${accepted.id}/events`,
    `/v1/releases/${accepted.id}?wait=300`,
  ]
  const ends: Promise<string>[] = [revoked, expiring].flatMap((token) => [
    ...paths.map(async (path) => (await front.ask(path, { token })).text()),
    front.ask('/changes', { headers: { cookie: `flight_token=${token}` } }).then((page) => page.text()),
  ])
  let isOver = false
  const other = front.ask(paths[0] as string, { token: good }).then(async (answer) => {
    const text = await answer.text()
    isOver = true
    return text
  })
  // What they wait for keeps no process alive.
  const awake = setInterval(() => {}, 1000)
  await eventually(() => front.desk.listeners() >= 7)
  Object.assign(kept, { revoked: '2026-05-04T12:00:00.000Z' })
  front.clock.now = new Date('2026-05-04T13:00:01.000Z')
  const [log, events, , changes] = await Promise.all(ends)
  clearInterval(awake)
  assert.match(log ?? '', 'asked for by release of shop')
  assert.not.match(events ?? '', 'event: end')
  assert.is(changes, 'a change\n')
  assert.is(isOver, false)
  front.desk.end(accepted.id, 'succeeded')
  assert.match(await other, 'succeeded')
})

test('a stream of the pages that falls ends as it stands, is told, and gives its place back', async () => {
  const front = aFront()
  const cookie = `flight_token=${front.token('read', null)}`
  for (let n = 0; n < 12; n++)
    assert.equal([n, await (await front.ask('/falls', { headers: { cookie } })).text()], [n, ''])
  assert.is(front.bugs.length, 12)
})

test(
  'after ten guesses at a token an address waits with it, longer each time; others do not, nor other tokens from ' +
    'there',
  async () => {
    const front = aFront()
    const good = front.token('ping', null)
    const other = front.token('ping', null)
    const wrong = (from: string) => front.ask('/v1/ping', { token: `${good.slice(0, 20)}${'0'.repeat(48)}`, from })
    const ping = (from: string) => front.ask('/v1/ping', { token: good, from })
    for (let n = 0; n < 10; n++) assert.is((await wrong('2001:db8::1')).status, 401)
    const held = await ping('2001:db8::2')
    assert.equal([held.status, held.headers.get('retry-after')], [429, '60'])
    assert.is((await front.ask('/v1/ping', { token: other, from: '2001:db8::1' })).status, 200)
    assert.is((await ping('2001:db8:0:1::1')).status, 200)
    assert.is((await front.ask('/healthz', { from: '2001:db8::2' })).status, 200)
    front.clock.now = new Date(front.clock.now.getTime() + 61_000)
    assert.is((await ping('2001:db8::2')).status, 200)
    for (let n = 0; n < 10; n++) assert.is((await wrong('2001:db8::1')).status, 401)
    assert.is((await ping('2001:db8::3')).headers.get('retry-after'), '120')
  },
)

test('behind a trusted proxy the right-most address that is none counts, and no other client may set it', async () => {
  const front = aFront({ trustedProxies: ['10.0.0.0/8', '::1'] })
  const address = async (from: string, forwarded: string) => {
    await front.ask('/healthz', { from, headers: { 'x-forwarded-for': forwarded, 'x-forwarded-proto': 'https' } })
    return front.audit.at(-1)?.address
  }
  assert.is(await address('10.0.0.1', '6.6.6.6, 203.0.113.9'), '203.0.113.9')
  assert.is(await address('::ffff:10.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.1.1'), '203.0.113.9')
  assert.is(await address('203.0.113.1', '6.6.6.6'), '203.0.113.1')
  assert.is(await address('10.0.0.1', 'nonsense'), '10.0.0.1')
  assert.is(await address('10.0.0.1', '6.6.6.6, [2001:db8::1]:443'), '2001:db8::1')
  const answer = await front.ask('/healthz', { from: '203.0.113.1', headers: { 'x-forwarded-proto': 'https' } })
  assert.is(answer.headers.get('strict-transport-security'), null)
  assert.ok(
    (await front.ask('/healthz', { from: '10.0.0.1', headers: { 'x-forwarded-proto': 'https' } })).headers.has(
      'strict-transport-security',
    ),
  )
})

test('this machine may look without a token, and only it, and only look', async () => {
  const front = aFront()
  const look = async (from: string, headers: Record<string, string>, path = '/v1/apps') =>
    (await front.ask(path, { from, headers })).status
  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'localhost'])
    assert.is(await look('127.0.0.1', { host }), 200, host)
  assert.is(await look('::1', { host: 'localhost' }, '/metrics'), 200)
  assert.is(await look('127.0.0.1', { host: 'evil.example.com' }), 401)
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host'])
    assert.is(await look('127.0.0.1', { host: 'localhost', [header]: '1.2.3.4' }), 401, header)
  assert.is(
    await look('127.0.0.1', { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }),
    401,
  )
  assert.is(await look('203.0.113.1', { host: 'localhost' }), 401)
  assert.is(
    (
      await front.post(
        '/v1/apps/shop/releases',
        { commit: COMMIT },
        { from: '127.0.0.1', headers: { host: 'localhost' } },
      )
    ).status,
    401,
  )
  for (const settings of [
    { listen: { host: '0.0.0.0', port: 80 } },
    { url: 'https://flight.example.com' },
    { trustedProxies: ['127.0.0.1'] },
  ]) {
    assert.is(
      (await aFront(settings).ask('/v1/apps', { from: '127.0.0.1', headers: { host: 'localhost' } })).status,
      401,
    )
  }
})

test('the pages want a token for reading, in a cookie that scripts and other sites do not have', async () => {
  const front = aFront({ url: 'https://flight.example.com' })
  const token = front.token('read', 'shop', { name: 'screen' })
  assert.equal(
    [(await front.ask('/releases/1')).status, (await front.ask('/releases/1')).headers.get('location')],
    [303, '/login?next=%2Freleases%2F1'],
  )
  assert.is((await front.ask('/assets/flight.css')).headers.get('cache-control'), 'public')
  const login = (fields: string, headers: Record<string, string>) =>
    front.ask('/login', {
      method: 'POST',
      tls: true,
      body: fields,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  const own = { origin: 'https://flight.example.com' }
  assert.is((await login(`token=${token}`, { origin: 'https://evil.example.com' })).status, 403)
  assert.is((await login(`token=${token}`, {})).status, 403)
  assert.is((await login(`token=${token}`, { ...own, 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.is((await login('token=flight_x', own)).status, 401)
  assert.is((await login(`token=${front.token('release', 'shop')}`, own)).status, 401)
  const answer = await login(`token=${token}&next=/apps/shop`, own)
  assert.equal([answer.status, answer.headers.get('location')], [303, '/apps/shop'])
  assert.is((await login(`token=${token}&next=//evil.example.com`, own)).headers.get('location'), '/')
  const cookie = answer.headers.get('set-cookie') ?? ''
  assert.is(cookie, `${COOKIE}=${token}; Path=/; HttpOnly; Secure; SameSite=Strict`)
  const page = await front.ask('/', { headers: { cookie: `${COOKIE}=${token}` } })
  assert.equal(
    [page.status, await page.text(), page.headers.get('referrer-policy')],
    [200, '<p>{"name":"screen","app":"shop","canLogOut":true}</p>', 'same-origin'],
  )
  assert.is((await front.ask('/v1/apps', { headers: { cookie: `${COOKIE}=${token}` } })).status, 200)
  const release = front.token('release', 'shop')
  assert.is(
    (await front.post('/v1/apps/shop/releases', { commit: COMMIT }, { headers: { cookie: `${COOKIE}=${release}` } }))
      .status,
    401,
  )
  const out = await front.ask('/logout', { method: 'POST', tls: true, headers: own })
  assert.match(out.headers.get('set-cookie') ?? '', /Max-Age=0/)
})

test.run()
