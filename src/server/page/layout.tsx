import { assetPath } from './assets.ts'
import { type Html, markupOf } from './jsx-runtime.ts'
import { exact } from './when.tsx'

export type Page = {
  title: readonly string[] // what the state is first, what it is about last
  here?: 'apps' | 'clusters'
  main: Html
}

// Who looks; the way out is there for who came in with a token.
export type Looker = { name: string; canLogOut: boolean }

const LOGO = (
  <svg class="logo" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">
    <path d="M2.5 11.2L21.5 3l-6.2 18-4-7.6z" />
    <path class="fold" d="M21.5 3L11.3 13.4" />
  </svg>
)

// A whole page of what is there now: it gets live with templates/page/live.js, and is complete without it.
export function livePage({ title, here, main }: Page, now: Date, looker?: Looker): string {
  const link = (name: 'apps' | 'clusters', path: string, words: string) => (
    <li>
      <a href={path} aria-current={here === name && 'page'}>
        {words}
      </a>
    </li>
  )
  return shell(
    title,
    <script type="module" src={assetPath('live.js')} />,
    <body data-now={now.toISOString()}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <div class="wide">
          <a class="brand" href="/">
            {LOGO}Flight
          </a>
          <nav aria-label="Pages">
            <ul>
              {link('apps', '/', 'Apps')}
              {link('clusters', '/clusters', 'Clusters')}
            </ul>
          </nav>
          <p id="connection" role="status" aria-live="polite" />
          {looker?.canLogOut === true && (
            <form class="leave" method="post" action="/logout">
              <button type="submit">
                Log out <span class="muted">{looker.name}</span>
              </button>
            </form>
          )}
        </div>
      </header>
      <main id="main" class="wide" tabindex="-1">
        {main}
      </main>
      <footer class="wide">
        <p>
          As of{' '}
          <time datetime={now.toISOString()} data-live="as-of">
            {exact(now)}
          </time>
          <noscript>. Without JavaScript the page stands still: reload it to see what is new</noscript>.
        </p>
      </footer>
    </body>,
  )
}

// A page with one thing to say, for those who may see nothing else.
export function plainPage(title: readonly string[], main: Html): string {
  return shell(
    title,
    undefined,
    <body class="plain">
      <header class="top">
        <div class="wide">
          <a class="brand" href="/">
            {LOGO}Flight
          </a>
        </div>
      </header>
      <main id="main" class="wide">
        {main}
      </main>
    </body>,
  )
}

function shell(title: readonly string[], script: Html | undefined, body: Html): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{[...title, 'Flight'].join(' · ')}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={assetPath('flight.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={assetPath('flight.css')} />
        {script}
      </head>
      {body}
    </html>
  )
  return `<!doctype html>\n${markupOf(page)}\n`
}
