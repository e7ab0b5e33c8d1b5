import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FlightError } from '../../../src/model/errors.ts'
import type { Fleet } from '../../../src/model/fleet.ts'
import type { RequestEvent } from '../../../src/model/request.ts'
import { Fragment, jsx, markupOf, type Piece } from '../../../src/server/page/jsx-runtime.ts'
import { pageRoutes } from '../../../src/server/page/page-routes.ts'
import { errorPage, loginPage } from '../../../src/server/page/plain-pages.tsx'
import { HOSTILE } from '../../views/hostile.ts'
import { DONE, FAILED, NOW, RUNNING, shopDesk } from './shop.ts'
import { request, type SmallDesk, smallDesk } from './small-desk.ts'
import { costsAtMost } from '../../support/cpu.ts'

const now = () => new Date(NOW)
const at = new Date(NOW).toISOString()

async function get(desk: SmallDesk, path: string): Promise<{ status: number; text: string; title: string }> {
  const answer = await pageRoutes(desk, { now }).request(path)
  const text = await answer.text()
  return { status: answer.status, text, title: /<title>(.*?)<\/title>/.exec(text)?.[1] ?? '' }
}

// What a browser would take for markup: every tag and its attributes. Fails where text breaks out of its place.
function tagsOf(text: string): Set<string> {
  const tags = new Set<string>()
  const rest = text.replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*)\s*\/?>/g,
    (_, slash: string, name: string, attributes: string) => {
      const names = [...attributes.matchAll(/([a-zA-Z][a-zA-Z0-9-]*)(?:="[^"]*")?/g)].map(([, attribute]) => attribute)
      for (const attribute of names)
        if (/^(on|style$|srcdoc$)/.test(attribute ?? ''))
          throw new Error(`attribute ${attribute} in <${name}${attributes}>`)
      tags.add(slash + name)
      return ''
    },
  )
  const left = rest.replace('<!doctype html>', '')
  if (/[<>]/.test(left)) throw new Error(`unescaped: ${/.{0,60}[<>].{0,60}/.exec(left)?.[0]}`)
  return tags
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u

test('markup keeps what is text as text', () => {
  assert.is(
    markupOf(jsx('p', { title: '"><script>', children: "a & <b> 'c'" })),
    '<p title="&quot;&gt;&lt;script&gt;">a &amp; &lt;b&gt; &#39;c&#39;</p>',
  )
  const pieces = [jsx('b', {}), false, undefined, 3, 'x\u001b[2Jy']
  assert.is(markupOf(jsx(Fragment, { children: pieces })), '<b></b>3xy')
  assert.is(markupOf(jsx('p', { title: 'x\u001b[2Jy\ud800', id: undefined, class: false })), '<p title="xy\ufffd"></p>')
  assert.is(markupOf(jsx('input', { required: true, maxlength: 9 })), '<input required maxlength="9" />')
})

test('what was read from JSON cannot pass for markup', () => {
  const forged = JSON.parse('{"markup":"<script>","Symbol(markup)":"<script>"}') as string
  assert.throws(() => markupOf(jsx('p', { children: forged })))
  assert.is(markupOf(jsx('p', { title: forged })), '<p></p>')
  const others = JSON.parse('[{"isEscaped":true},{"props":{},"tag":"script"},null]') as Piece[]
  for (const piece of others) assert.throws(() => markupOf(jsx('p', { children: piece })))
})

test('titles say the state first', async () => {
  const desk = shopDesk()
  assert.is((await get(desk, '/')).title, '1 running, 1 waiting, 1 unhealthy · Apps · Flight')
  assert.is((await get(desk, `/releases/${RUNNING}`)).title, `running · #${RUNNING} · shop · Flight`)
  assert.is((await get(desk, `/releases/${FAILED}`)).title, `failed · #${FAILED} · checkout · Flight`)
  assert.is((await get(desk, '/apps/shop')).title, 'running · shop · Flight')
  assert.is((await get(desk, '/apps/media')).title, 'servers differ · media · Flight')
  assert.is((await get(desk, '/clusters')).title, '1 could not be asked, 1 drifted, 4 in order · Clusters · Flight')
})

test('the first page shows what runs, stage by stage and server by server', async () => {
  const { text } = await get(shopDesk(), '/')
  for (const words of [
    'Let customers pay by invoice',
    'prepare',
    'composer install',
    '61 of 94 packages',
    'waiting',
    '/up answers 503 on web-2',
    'healthy',
    '24 min ago',
  ])
    assert.ok(text.includes(words), words)
})

test('a release says how it ended, what was wrong, and the way out', async () => {
  const { text } = await get(shopDesk(), `/releases/${FAILED}`)
  for (const words of [
    'SQLSTATE[42S01]',
    'FLIGHT_COMMAND_FAILED',
    'put the migration right',
    'role="img"',
    'The same as a table',
    `/v1/releases/${FAILED}/log`,
  ])
    assert.ok(text.includes(words), words)
  assert.ok((await get(shopDesk(), `/releases/${DONE}`)).text.includes('live 37 s'))
  // White space counts in a line of the log.
  const lines = [...text.matchAll(/<li[^>]*>(<time[^>]*>[^<]*<\/time>) (?:<b>!<\/b> )?\S/g)]
  assert.is(lines.length, text.split('<li data-key').length - 1)
})

test('what is not there is a page that says so', async () => {
  const desk = shopDesk()
  for (const path of [
    '/apps/nothing',
    '/releases/x',
    '/releases/0',
    '/releases/999',
    '/releases/1e3',
    '/releases/99999999999999999999',
    '/nothing',
    '/apps/shop?before=x',
    `/apps/${encodeURIComponent('<script>alert(1)</script>')}`,
  ]) {
    const { status, text } = await get(desk, path)
    assert.is(status, 404, path)
    assert.ok(text.includes('Nothing here'), path)
    tagsOf(text)
  }
})

test('what belongs to the API is left to it', async () => {
  assert.not.ok((await get(shopDesk(), '/v1/nothing')).text.includes('Nothing here'))
})

test('where there is nothing yet, the page says what to do', async () => {
  const empty = smallDesk()
  assert.ok((await get(empty, '/')).text.includes('flight init'))
  assert.ok((await get(empty, '/clusters')).text.includes('clusters/NAME.yml'))
  const labels = (await get(shopDesk(), '/apps/labels')).text
  assert.ok(labels.includes('curl -X POST http://localhost/v1/apps/labels/releases'))
})

test('definitions that are wrong hide no release', async () => {
  const desk = shopDesk()
  desk.fleet = () =>
    Promise.reject(
      new FlightError({
        code: 'FLIGHT_SCHEMA',
        where: 'apps/shop.yml:3:1',
        what: 'php: is missing',
        hint: 'say which PHP',
      }),
    )
  for (const path of ['/', '/clusters']) assert.ok((await get(desk, path)).text.includes('say which PHP'), path)
  assert.ok((await get(desk, '/')).text.includes('Let customers pay by invoice'))
  assert.is((await get(desk, '/apps/shop')).status, 200)
})

test('releases of an app are shown page by page', async () => {
  const desk = smallDesk()
  for (let id = 1; id <= 10_000; id++) desk.requests.push(request({ id, app: 'shop', state: 'succeeded' }))
  const first = await get(desk, '/apps/shop')
  assert.ok(first.text.includes('#10000<') && first.text.includes('#9971<') && !first.text.includes('#9970<'))
  assert.ok(first.text.includes('?before=9971'))
  const second = await get(desk, '/apps/shop?before=9971')
  assert.ok(second.text.includes('#9970<') && second.text.includes('#9941<') && !second.text.includes('#9971<'))
  const last = await get(desk, '/apps/shop?before=3')
  assert.ok(last.text.includes('#1<') && !last.text.includes('Older</a>'))
  desk.calls.events = 0
  await get(desk, '/')
  assert.ok(desk.calls.events <= 15)
})

test('100 servers and 30,000 events are drawn in bounds, and watching them costs only what is new', async () => {
  const desk = smallDesk()
  const servers = Array.from({ length: 100 }, (_, index) => `web-${index}`)
  desk.requests.push(request({ id: 1, app: 'shop', state: 'running', began: at }))
  desk.tell(1, at, { event: 'begins', attempt: 1 }, { event: 'stage-begins', stage: 'prepare', servers })
  for (let index = 0; index < 150; index++) {
    const time = new Date(NOW + index * 2000).toISOString()
    for (const server of servers) {
      const address = `${server}/file//etc/${index}`
      desk.tell(1, time, { event: 'action-begins', server, address, feature: 'f', verb: 'create' })
      desk.tell(1, new Date(NOW + index * 2000 + 1900).toISOString(), {
        event: 'action-ends',
        server,
        address,
        outcome: 'done',
        seconds: 1.9,
      })
    }
  }
  const routes = pageRoutes(desk, { now: () => new Date(NOW + 300_000) })
  const look = async (path: string) => (await routes.request(path)).text()
  let text = ''
  await costsAtMost(4000, async () => (text = await look('/releases/1')))
  assert.ok(text.length < 2_000_000, `${text.length}`)
  assert.ok(text.match(/<rect/g)!.length < 3500)
  for (const words of [
    '40 more servers not drawn',
    'The newest 2000 lines',
    'and 60 more servers',
    'that took longest',
  ])
    assert.ok(text.includes(words), words)
  desk.calls.events = 0
  await look('/releases/1')
  await look('/')
  assert.ok(desk.calls.events <= 3, `${desk.calls.events}`)
})

test('two who look at once take every event once', async () => {
  const desk = shopDesk()
  const routes = pageRoutes(desk, { now })
  const [one, other] = await Promise.all([0, 1].map(async () => (await routes.request(`/releases/${DONE}`)).text()))
  assert.is(one, other)
  assert.ok(one?.includes('39 actions'))
})

// Everything that somebody else may have written, everywhere at once.
function hostileDesk(text: string): SmallDesk {
  const desk = smallDesk()
  const problems = [{ code: 'FLIGHT_STEP_FAILED', where: text, what: text, hint: text }] as const
  const end = { exit: 1, said: text, problems }
  desk.requests.push(
    request({
      id: 1,
      app: text,
      wish: { does: 'release', commit: text, ref: text, older: false },
      by: text,
      state: 'failed',
      began: at,
      ended: at,
      release: text,
      end,
      asked: text,
      cancelled: text,
    }),
    request({
      id: 2,
      app: text,
      wish: { does: 'rollback', leaving: 1, to: text },
      by: text,
      state: 'running',
      began: text,
      cancelled: text,
    }),
    request({
      id: 3,
      app: text,
      wish: { does: 'release', commit: text, ref: text, older: false },
      by: text,
      notBefore: text,
      cancelled: text,
    }),
  )
  const address = `${text}/release/${text}`
  const told: RequestEvent[] = [
    { event: 'requested', by: text },
    { event: 'begins', attempt: 2 },
    { event: 'planned', release: text, commit: text, subject: text, servers: [text], actions: 3 },
    { event: 'server-asked', server: text },
    { event: 'server-answered', server: text, actions: 9 },
    { event: 'server-missing', server: 'x', what: text },
    { event: 'stage-begins', stage: text, servers: [text, 'b'] },
    { event: 'action-begins', server: text, address, feature: text, verb: 'run' },
    { event: 'action-progress', server: text, address, text },
    { event: 'note', text },
  ]
  for (const id of [1, 2, 3]) desk.tell(id, at, ...told)
  desk.tell(
    1,
    text,
    { event: 'action-ends', server: text, address, outcome: 'failed', seconds: 1, error: text },
    { event: 'ends', state: 'failed', end },
  )
  desk.tell(3, at, { event: 'waits', until: text, why: text }, { event: 'cancel-asked', by: text })
  const live = { release: text, commit: text, subject: text, since: text, by: text, servers: [text] }
  desk.seen = {
    lookedAt: text,
    driftAt: text,
    apps: [{ name: text, cluster: text, servers: [text], live: [live, live], health: 'differs', why: text }],
    clusters: [
      {
        name: text,
        servers: [
          {
            name: text,
            cluster: text,
            state: 'blocked',
            drift: [{ address, feature: text, verb: text, because: [text] }],
            problems,
          },
        ],
      },
    ],
  } satisfies Fleet
  return desk
}

async function hold(text: string): Promise<void> {
  const desk = hostileDesk(text)
  const routes = pageRoutes(desk, { now })
  const pages = ['/', '/releases/1', '/releases/2', '/releases/3', '/clusters', '/apps/plain']
  const known = new Set(
    (
      await Promise.all(
        [...pages, '/apps/none'].map(async (path) => [
          ...tagsOf(await (await pageRoutes(hostileDesk('plain'), { now }).request(path)).text()),
        ]),
      )
    ).flat(),
  )
  for (const path of [...pages, `/apps/${encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''))}`]) {
    const page = await (await routes.request(path)).text()
    for (const tag of tagsOf(page)) assert.ok(known.has(tag), `<${tag}> in ${path}`)
    assert.not.match(page, CONTROL)
  }
  for (const page of [loginPage({ said: text, next: text }), errorPage(400, text)]) {
    tagsOf(page)
    assert.not.match(page, CONTROL)
  }
}

test('hostile texts stay texts wherever they stand', async () => {
  for (const text of HOSTILE) await hold(text)
  await hold('"><svg onload=alert(1)>')
  await hold("' onmouseover='alert(1)")
})

test('so does anything that somebody can think of', async () => {
  const nasty = fc.array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '`',
        '/',
        '=',
        ' ',
        '\n',
        '\0',
        '\u001b[31m',
        '<script>',
        '-->',
        ']]>',
        '\u202e',
        '\ud800',
        'onload=',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(nasty, (parts) => hold(parts.join(''))),
    { numRuns: 60 },
  )
})

test('endless texts have an end', async () => {
  const desk = hostileDesk('x'.repeat(1_000_000))
  for (const path of ['/', '/releases/1', '/releases/2', '/clusters'])
    assert.ok((await get(desk, path)).text.length < 120_000, path)
})

test('assets are kept by browsers until they change', async () => {
  const routes = pageRoutes(smallDesk(), { now })
  const page = await (await routes.request('/')).text()
  for (const [name, type] of [
    ['flight.css', 'text/css'],
    ['live.js', 'text/javascript'],
    ['flight.svg', 'image/svg+xml'],
  ] as const) {
    const path = new RegExp(`/assets/${name.replace('.', '\\.')}\\?v=\\w+`).exec(page)?.[0] ?? ''
    const answer = await routes.request(path)
    assert.ok(answer.headers.get('content-type')?.startsWith(type))
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/)
    assert.is(
      (await routes.request(path, { headers: { 'If-None-Match': answer.headers.get('etag') ?? '' } })).status,
      304,
    )
    assert.is((await routes.request(`/assets/${name}?v=old`)).headers.get('cache-control'), 'no-cache')
  }
})

test('changes are told at most twice a second, and nobody listens when the browser has gone', async () => {
  const desk = smallDesk()
  const leave = new AbortController()
  const answer = await pageRoutes(desk, { now }).request('/page/events', { signal: leave.signal })
  const reader = answer.body!.getReader()
  assert.is(desk.listeners.size, 1)
  let text = ''
  const reading = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += new TextDecoder().decode(part.value)
  })()
  const began = performance.now()
  for (let index = 0; index < 110; index++) {
    desk.changed()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  leave.abort()
  await reading
  const seconds = (performance.now() - began) / 1000
  const changes = text.match(/event: change/g)?.length ?? 0
  assert.ok(changes >= 2 && changes <= 2 * seconds + 2, `${changes} in ${seconds} s`)
  assert.is(desk.listeners.size, 0)

  const other = await pageRoutes(desk, { now }).request('/page/events')
  assert.is(desk.listeners.size, 1)
  await other.body!.cancel()
  assert.is(desk.listeners.size, 0)
})

test.run()
