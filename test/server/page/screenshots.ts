import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { DONE, NOW, RUNNING, FAILED, shopDesk } from './shop.ts'
import { servePages } from './serve.ts'

// Writes the pictures of docs/images: node --import tsx
// test/server/page/screenshots.ts [FOLDER]. With a folder all pages, and phones, too.
const chosen = process.argv[2]
const folder = chosen ?? 'docs/images'
mkdirSync(folder, { recursive: true })

type Shot = { name: string; path: string; scheme: 'light' | 'dark'; width: number; full?: boolean }
const SHOTS: readonly Shot[] = [
  { name: 'serve-apps-light', path: '/', scheme: 'light', width: 1280 },
  { name: 'serve-apps-dark', path: '/', scheme: 'dark', width: 1280 },
  { name: 'serve-release', path: `/releases/${DONE}`, scheme: 'light', width: 1280 },
  { name: 'serve-clusters', path: '/clusters', scheme: 'light', width: 1280 },
]
const PATHS = {
  apps: '/',
  running: `/releases/${RUNNING}`,
  done: `/releases/${DONE}`,
  failed: `/releases/${FAILED}`,
  back: '/releases/211',
  app: '/apps/media',
  shop: '/apps/shop',
  clusters: '/clusters',
  login: '/login?wrong',
  missing: '/nothing',
  none: '/apps/labels',
}
const every = Object.entries(PATHS).flatMap(([name, path]) =>
  (['light', 'dark'] as const).flatMap((scheme) =>
    [1280, 360].map((width): Shot => ({ name: `${name}-${scheme}-${width}`, path, scheme, width, full: true })),
  ),
)

const served = await servePages(shopDesk(), () => new Date(NOW))
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  for (const { name, path, scheme, width, full } of chosen === undefined ? SHOTS : every) {
    const page = await browser.newPage({
      viewport: { width, height: 800 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
    })
    await page.goto(served.url + path)
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: full ?? false })
    await page.close()
  }
} finally {
  await browser.close()
  await served.close()
}
