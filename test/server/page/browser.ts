import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { suite, type Test } from 'uvu'

// Debian's package; the tests bring no browser of their own.
const CHROMIUM = '/usr/bin/chromium'

// Why there is no browser here, or undefined. In CI one has to be there.
function browserUnavailable(): string | undefined {
  if (existsSync(CHROMIUM) || (process.env['CI'] ?? '') !== '') return undefined
  return `${CHROMIUM} is not here (apt install chromium)`
}

// A suite that needs a browser. Where there is none, each of its tests
// is skipped (and in CI that is a failure), and nothing is prepared.
export function browserSuite(title: string): Test {
  const made = suite(title)
  const missing = browserUnavailable()
  if (missing === undefined) return made
  process.stderr.write(`skipped: ${missing}\n`)
  const unprepared = Object.assign(() => undefined, { each: () => undefined })
  return Object.assign((name: string) => made.skip(name, () => undefined), {
    ...made,
    before: unprepared,
    after: unprepared,
  })
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 600_000 })
}

// A page, and everything that its console complained of, violations of the security policy among it.
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[]; close(): Promise<void> }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints, close: () => context.close() }
}
