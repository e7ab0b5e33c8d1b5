import * as assert from 'uvu/assert'
import type { Browser } from 'playwright-core'
import { pagesOn } from '../../../src/server/page/pages-on.ts'
import { createDoors } from '../../../src/server/http/doors.ts'
import { listen } from '../../../src/server/http/listen.ts'
import { makeToken } from '../../../src/server/http/tokens.ts'
import { keepApps } from '../../../src/server/fleet/kept-looks.ts'
import { openStore } from '../../../src/server/store/open-store.ts'
import type { Store } from '../../../src/model/store.ts'
import { createServing, type Serving } from '../../../src/server/queue/serving.ts'
import { browserSuite, openBrowser, openPage } from '../page/browser.ts'
import { app, cluster, definitions, on, server } from '../../support/builders.ts'
import { loud } from '../../support/loud.ts'
import { newRelease } from '../../support/requests.ts'
import { KEY } from './front.ts'

// A person with a browser before the real doors, the real queue
// and the real store: in, what may be seen, and out again.

let browser: Browser
let store: Store
let serving: Serving
let url: string
let close: () => Promise<void>
const bugs: unknown[] = []

const now = () => new Date()
const test = browserSuite('a browser before the doors')

test.before(
  loud(async () => {
    browser = await openBrowser()
    store = await openStore(':memory:')
    const apps = ['shop', 'blog'].map((name) => app(name, [on('web-1')]))
    await keepApps(
      store,
      now().toISOString(),
      apps.map(({ name, cluster: of }) => ({
        name,
        cluster: of,
        servers: ['web-1'],
        live: [],
        health: 'none live',
        why: 'it was not released yet',
      })),
    )
    serving = createServing({
      store,
      deliver: () => new Promise(() => undefined),
      isWithin: async () => false,
      settings: { atOnce: 1, perServer: 1, patience: 1, supersede: true },
      definitions: async () => ({ ...definitions(cluster({ servers: [server('web-1')] })), apps }),
      now,
      told: () => undefined,
      notices: async () => [],
      bug: (error) => void bugs.push(error),
    })
    await serving.begin()
    await serving.desk.ask(newRelease('shop'))
    await serving.desk.ask(newRelease('blog'))
    // A name of its own: whoever is on this machine is asked for a token as well.
    const settings = {
      listen: { host: '127.0.0.1', port: 0 },
      url: 'http://flight.test',
      tls: undefined,
      trustedProxies: [],
    }
    const audit = { write: () => undefined }
    const doors = createDoors({
      desk: serving.desk,
      settings,
      serverKey: KEY,
      audit,
      metrics: async () => '',
      readiness: async () => [],
      pages: pagesOn(serving.desk, { now, url: undefined }),
      now,
      answered: () => undefined,
      failed: (error) => void bugs.push(error),
    })
    const door = await listen(doors, { settings, audit, told: () => undefined, now })
    url = door.url
    close = () => door.stop()
  }),
)
test.after(
  loud(async () => {
    await browser?.close()
    await close?.()
    await store?.close()
  }),
)

async function tokenFor(purpose: 'read' | 'release', app: string | null): Promise<string> {
  const { token, shown } = makeToken({ name: `${purpose} ${app ?? 'all'}`, purpose, app, expires: null }, now())
  await store.addToken(token)
  return shown
}

test('a wrong token is told, a right one leads to the page that was wanted, live, and out again', async () => {
  const shown = await tokenFor('read', null)
  const { page, complaints, close: leave } = await openPage(browser)
  await page.goto(`${url}/apps/shop`)
  assert.match(page.url(), /\/login\?next=/)
  await page.fill('#token', `flight_aaaaaaaaaaaa_${'b'.repeat(48)}`)
  await page.press('#token', 'Enter')
  assert.match((await page.textContent('[role=alert]')) ?? '', /no token that may read/)
  await page.fill('#token', shown)
  await page.press('#token', 'Enter')
  await page.waitForURL(`${url}/apps/shop`)
  assert.match((await page.textContent('h1')) ?? '', /shop/)
  const [cookie] = await page.context().cookies()
  assert.equal([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ['flight_token', true, 'Strict'])
  await page.goto(url)
  assert.ok((await page.content()).includes('blog'))
  await serving.desk.ask(newRelease('shop', 'b'.repeat(40)))
  await page.waitForSelector('a[href="/releases/3"]')
  await page.click('text=Log out')
  await page.waitForURL(/\/login/)
  await page.goto(url)
  assert.match(page.url(), /\/login/)
  // The answer 401 to the wrong token is told by the browser as well.
  assert.equal(
    complaints.filter((each) => !/401/.test(each)),
    [],
  )
  await leave()
})

test('who may see one app sees nothing of another', async () => {
  const shown = await tokenFor('read', 'shop')
  const { page, close: leave } = await openPage(browser)
  await page.goto(`${url}/login`)
  await page.fill('#token', shown)
  await page.press('#token', 'Enter')
  await page.waitForURL(`${url}/`)
  assert.ok((await page.content()).includes('shop'))
  assert.not.ok((await page.content()).includes('blog'))
  for (const path of ['/apps/blog', '/releases/2', '/v1/releases/2', '/v1/releases/2/log'])
    assert.is((await page.goto(`${url}${path}`))?.status(), 404, path)
  await leave()
})

test('a token that may release does not open the page', async () => {
  const shown = await tokenFor('release', 'shop')
  const { page, close: leave } = await openPage(browser)
  await page.goto(`${url}/login`)
  await page.fill('#token', shown)
  await page.press('#token', 'Enter')
  assert.match((await page.textContent('[role=alert]')) ?? '', /no token that may read/)
  await leave()
})

test('nothing of all that was a bug', () => assert.equal(bugs, []))

test.run()
