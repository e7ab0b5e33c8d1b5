import axe from 'axe-core'
import { isDeepStrictEqual } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { loud } from '../../support/loud.ts'
import { browserSuite, openBrowser, openPage } from './browser.ts'
import { servePages, type Served } from './serve.ts'
import { DONE, FAILED, NOW, RUNNING, shopDesk } from './shop.ts'
import type { SmallDesk } from './small-desk.ts'

const PATHS = [
  '/',
  '/apps/shop',
  '/apps/media',
  '/apps/labels',
  `/releases/${RUNNING}`,
  `/releases/${DONE}`,
  `/releases/${FAILED}`,
  '/releases/215',
  '/clusters',
  '/login?wrong',
  '/nothing',
  '/broken',
]

let browser: Browser
let served: Served
let desk: SmallDesk
let began = 0

const clock = () => new Date(NOW + Date.now() - began)
const test = browserSuite('pages in a browser')

// Each test ends by itself, whatever the browser does.
let guard: NodeJS.Timeout
test.before(
  loud(async () => {
    browser = await openBrowser()
    guard = setTimeout(() => {
      process.stderr.write('the browser tests did not end after 20 minutes\n')
      void browser.close().finally(() => process.exit(1))
    }, 1_200_000)
  }),
)
test.after(
  loud(async () => {
    clearTimeout(guard)
    await browser?.close()
  }),
)
test.before.each(
  loud(async () => {
    desk = shopDesk()
    began = Date.now()
    served = await servePages(desk, clock)
  }),
)
test.after.each(loud(async () => served.close()))

// Waits until something is so; the last thing that was there is the message.
async function until(
  what: () => Promise<unknown>,
  wanted: (value: string) => boolean,
  patience = 600_000,
): Promise<void> {
  const end = Date.now() + patience
  let last = ''
  while (Date.now() < end) {
    last = String(await what())
    if (wanted(last)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`still: ${last.slice(0, 400)}`)
}

// The release that runs goes on: composer is done on web-1.
function goOn(): void {
  const name = '3f9a1c2b7d04-1'
  const server = 'web-1'
  const at = clock().toISOString()
  desk.tell(
    RUNNING,
    at,
    {
      event: 'action-ends',
      server,
      address: `${server}/command/shop/${name}/composer install`,
      outcome: 'done',
      seconds: 12,
    },
    {
      event: 'action-begins',
      server,
      address: `${server}/command/shop/${name}/artisan event:cache`,
      feature: 'release of shop',
      verb: 'run',
    },
  )
  desk.changed()
}

function succeed(): void {
  const end = { exit: 0, said: 'All is live.', problems: [] }
  const at = clock().toISOString()
  desk.tell(RUNNING, at, { event: 'ends', state: 'succeeded', end })
  desk.change(RUNNING, { state: 'succeeded', ended: at, end })
  desk.changed()
}

test('no page has anything to complain of, and none is wider than a phone', async () => {
  for (const width of [1280, 360]) {
    const { page, complaints, close } = await openPage(browser, { viewport: { width, height: 800 } })
    for (const path of PATHS) {
      await page.goto(served.url + path)
      for (const details of await page.locator('details:not([open]) > summary').all()) await details.click()
      const wide = await page.evaluate('document.documentElement.scrollWidth')
      assert.is(wide, width, `${path} is ${String(wide)} wide`)
    }
    // The browser itself says that a page was not there.
    assert.equal(
      complaints.filter((text) => !/status of (404|500)/.test(text)),
      [],
    )
    await close()
  }
})

test('the security policy is real: what is inline is refused', async () => {
  const { page, complaints, close } = await openPage(browser)
  await page.goto(served.url)
  await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<p style="color: red">x</p>')`)
  await until(
    async () => complaints.join(),
    (text) => text.includes('Content Security Policy'),
  )
  await close()
})

test('everything is there without JavaScript', async () => {
  const { page, close } = await openPage(browser, { javaScriptEnabled: false })
  await page.goto(served.url)
  for (const words of [
    'Let customers pay by invoice',
    'composer install',
    'Serve product pictures',
    'Without JavaScript the page stands still',
  ])
    assert.ok((await page.locator('body').innerText()).includes(words), words)
  await page.getByRole('link', { name: `Release ${DONE} of shop` }).click()
  assert.is(await page.title(), `succeeded · #${DONE} · shop · Flight`)
  await page.locator('summary').click()
  assert.ok(await page.getByRole('table', { name: 'Actions by time' }).isVisible())
  await page.getByRole('link', { name: 'Clusters' }).click()
  assert.ok((await page.locator('main').innerText()).includes('shop-default_03 FATAL'))
  await close()
})

test('a release moves while somebody looks, and nothing of the reader is lost', async () => {
  const { page, complaints, close } = await openPage(browser)
  await page.goto(`${served.url}/releases/${RUNNING}`)
  await until(
    async () => desk.listeners.size,
    (size) => size === '1',
  )
  await page.evaluate('window.sameDocument = true')
  const tree = page.locator('[data-live="tree"]')
  await page.locator('summary').click()
  await page.locator('.log').focus()
  await page.evaluate(`getSelection().selectAllChildren(document.querySelector('.lead'))`)
  await page.evaluate('scrollTo(0, 120)')
  const before = await page.locator('.log').locator('li').count()

  goOn()
  await until(
    () => tree.innerText(),
    (text) => text.includes('artisan event:cache'),
  )
  await until(
    () => page.locator('.log').locator('li').count(),
    (count) => Number(count) === before + 1,
  )
  assert.is(await page.locator('details[open]').count(), 1)
  assert.is(await page.evaluate('document.activeElement.className'), 'log')
  assert.ok(String(await page.evaluate('getSelection().toString()')).includes('Let customers pay by invoice'))
  assert.is(await page.evaluate('scrollY'), 120)

  succeed()
  await until(
    () => page.title(),
    (title) => title === `succeeded · #${RUNNING} · shop · Flight`,
  )
  await until(
    () => page.locator('[data-live="state"]').innerText(),
    (text) => text.includes('succeeded'),
  )
  assert.is((await tree.innerText()).trim(), '')
  assert.ok((await page.locator('[data-live="end"]').innerText()).includes('All is live.'))
  assert.is(await page.evaluate('document.activeElement.className'), 'log')
  assert.is(await page.evaluate('window.sameDocument'), true)
  assert.equal(complaints, [])
  await close()
})

test('on the first page the focus stays on its link while the list above it grows shorter', async () => {
  const { page, close } = await openPage(browser)
  await page.goto(served.url)
  await until(
    async () => desk.listeners.size,
    (size) => size === '1',
  )
  await page.getByRole('link', { name: 'Release 215 of shop' }).focus()
  succeed()
  await until(
    () => page.title(),
    (title) => title === '1 waiting, 1 unhealthy · Apps · Flight',
  )
  assert.is(await page.evaluate('document.activeElement.textContent'), '#215')
  assert.ok((await page.locator('[data-live="finished"]').innerText()).includes(`#${RUNNING}`))
  await close()
})

test('times go on in the words of the server', async () => {
  const { page, close } = await openPage(browser)
  await page.goto(served.url)
  const time = page.locator('.queue time')
  const first = await time.innerText()
  assert.match(first, /^\d+ (s|min) ago$/)
  await until(
    () => time.innerText(),
    (text) => text !== first,
  )
  const { page: still, close: closeStill } = await openPage(browser, { javaScriptEnabled: false })
  const words = async (of: Page) =>
    (await of.locator('time[data-tick="ago"]').allInnerTexts()).filter((text) => !/\d s ago/.test(text))
  // A minute may end between the two looks.
  await until(
    async () => {
      await still.goto(served.url)
      return isDeepStrictEqual(await words(still), await words(page))
    },
    (isSame) => isSame === 'true',
  )
  await closeStill()
  await close()
})

test('a lost connection is said, is found again, and what was missed is there', async () => {
  const { page, close } = await openPage(browser)
  await page.goto(`${served.url}/releases/${RUNNING}`)
  await until(
    async () => desk.listeners.size,
    (size) => size === '1',
  )
  const said = page.getByRole('status')
  served.refuse(true)
  served.cut()
  await until(
    () => said.innerText(),
    (text) => text.includes('Connection lost'),
  )
  goOn()
  served.refuse(false)
  await until(
    () => page.locator('[data-live="tree"]').innerText(),
    (text) => text.includes('artisan event:cache'),
    15_000,
  )
  await until(
    () => said.innerText(),
    (text) => text.includes('Connected again'),
  )
  await until(
    () => said.innerText(),
    (text) => text === '',
  )
  assert.is(desk.listeners.size, 1)
  await close()
  await until(
    async () => desk.listeners.size,
    (size) => size === '0',
  )
})

test('the keyboard reaches everything, first the way past the head of the page', async () => {
  const { page, close } = await openPage(browser)
  await page.goto(`${served.url}/releases/${DONE}`)
  const reached: string[] = []
  for (let index = 0; index < 9; index++) {
    await page.keyboard.press('Tab')
    reached.push(
      String(
        await page.evaluate(
          `(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()`,
        ),
      ),
    )
    assert.ok(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle !== 'none'`), reached.at(-1))
  }
  assert.equal(reached, [
    'Skip to the content',
    'Flight',
    'Apps',
    'Clusters',
    'Apps',
    'shop',
    'The same as a table (39 actions)',
    'whole log as text',
    'Log, times in UTC',
  ])
  await page.goto(served.url)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  assert.is(await page.evaluate('document.activeElement.id'), 'main')
  await close()
})

test('axe finds nothing on any page, in light and dark, wide and narrow', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      const { page, close } = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
      for (const path of PATHS) {
        await page.goto(served.url + path)
        for (const details of await page.locator('details:not([open]) > summary').all()) await details.click()
        await page.evaluate(axe.source)
        const found = (await page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, ` +
            `3).map(({ html, failureSummary }) => html + ' ' + failureSummary).join('; ')))`,
        )) as string[]
        assert.equal(found, [], `${path} ${colorScheme} ${width}`)
      }
      await close()
    }
  }
})

test.run()
