import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openAudit } from '../../../src/server/http/audit.ts'
import { aFront, COMMIT } from './front.ts'

const PATHS = [
  '/v1/apps/shop/releases',
  '/v1/releases/1',
  '/v1/releases/1/result',
  '/v1/releases/1/log',
  '/v1/releases/1/cancel',
  '/v1/releases/1/rollback',
  '/v1/apps',
  '/v1/ping',
  '/v1/apps/shop/webhook',
  '/v1/apps/shop/ping',
  '/metrics',
  '/readyz',
  '/openapi.json',
  '/login',
  '/logout',
  '/',
]
const NAMES = [
  'authorization',
  'content-type',
  'accept',
  'idempotency-key',
  'last-event-id',
  'cookie',
  'host',
  'origin',
  'x-forwarded-for',
  'x-forwarded-proto',
  'forwarded',
  'x-github-event',
  'x-github-delivery',
  'x-hub-signature-256',
  'x-gitlab-event',
  'x-gitlab-token',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'content-length',
  'content-encoding',
  'sec-fetch-site',
]

const front = aFront({ trustedProxies: ['10.0.0.0/8'] })
const tokens = [front.token('release', 'shop'), front.token('read', null), front.token('ping', 'blog')]
front.token('webhook', 'shop')
await front.post('/v1/apps/shop/releases', { commit: COMMIT }, { token: tokens[0] as string })
const secrets = tokens.map((token) => token.split('_')[2] as string)

const value = fc.oneof(
  fc.constantFrom(
    ...tokens.map((token) => `Bearer ${token}`),
    ...tokens.map((token) => `flight_token=${token}`),
    'application/json',
    'text/plain',
    'localhost',
    'null',
    '*',
    'push',
    'Push Hook',
    'sha256=00',
    'v1,AAAA',
  ),
  fc.string({ maxLength: 60 }).map((text) => text.replace(/[^\x20-\x7e]/g, '').trim()),
)
const path = fc.oneof(
  fc.constantFrom(...PATHS),
  fc.tuple(fc.constantFrom(...PATHS), fc.webQueryParameters()).map(([at, query]) => `${at}?${query}`),
  fc.webPath().map((text) => (text.startsWith('/') ? text : `/${text}`)),
  fc
    .tuple(fc.constantFrom('/v1/apps/', '/v1/releases/', '/assets/', '/'), fc.string())
    .map(([at, text]) => `${at}${encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'))}`),
  fc.constantFrom(...tokens).map((token) => `/${token}`),
)
const body = fc.oneof(
  fc.json(),
  fc
    .record(
      {
        commit: fc.oneof(fc.constant(COMMIT), fc.string()),
        ref: fc.oneof(fc.string(), fc.constant(null)),
        older: fc.oneof(fc.boolean(), fc.string()),
        to: fc.string(),
      },
      { requiredKeys: [] },
    )
    .map((each) => JSON.stringify(each)),
  fc.uint8Array({ maxLength: 200 }),
  fc.constant(undefined),
)

const some = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6 })
const headers = fc.oneof(
  some,
  some.map((each) => ({ ...each, authorization: `Bearer ${tokens[0]}`, 'content-type': 'application/json' })),
)

test('whatever is sent, nothing falls over and nothing leaks', async () => {
  let asked = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'X'),
      path,
      headers,
      body,
      fc.constantFrom('203.0.113.7', '127.0.0.1', '10.0.0.1', '::1', ''),
      async (method, at, given, sent, from) => {
        asked++
        // so that few are held back for their wrong tokens
        front.clock.now = new Date(front.clock.now.getTime() + 30_000)
        const answer = await front.ask(at, {
          method,
          headers: given,
          from: asked % 3 === 0 ? `198.51.100.${asked % 250}` : from,
          ...(method === 'GET' || method === 'HEAD' || sent === undefined ? {} : { body: sent as BodyInit }),
        })
        assert.is.not(answer.status, 500, `${method} ${at}`)
        const told = `${[...answer.headers].join('\n')}\n${await answer.text()}`
        assert.not.match(told, /\n\s+at \S+ \(|node_modules|\/src\//)
        const isLogin = answer.headers.has('set-cookie')
        for (const secret of secrets)
          assert.ok(isLogin || !told.includes(secret) || at.includes(secret), `${method} ${at} tells a token`)
      },
    ),
    { numRuns: 2000 },
  )
  const folder = mkdtempSync(join(tmpdir(), 'flight-fuzz-'))
  const audit = openAudit(join(folder, 'audit.log'), (error) => assert.unreachable(String(error)))
  for (const entry of front.audit) audit.write(entry)
  audit.close()
  const log = readFileSync(join(folder, 'audit.log'), 'utf8')
  rmSync(folder, { recursive: true })
  assert.is(log.trimEnd().split('\n').length, asked + 1)
  for (const secret of secrets) assert.not.ok(log.includes(secret))
  assert.equal(front.bugs, [])
  const statuses = new Set(front.audit.map(({ status }) => status))
  for (const status of [200, 202, 400, 401, 404, 405])
    assert.ok(statuses.has(status), `${status} never came: ${[...statuses].join(' ')}`)
})

test.run()
