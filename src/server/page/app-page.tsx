import type { FleetApp } from '../../model/fleet.ts'
import { names } from '../../model/words.ts'
import { brief, inPath } from './brief.ts'
import { firstRelease } from './first-release.tsx'
import type { Html } from './jsx-runtime.ts'
import type { Page } from './layout.tsx'
import { commitCode, type ListedRequest, requestsTable } from './request-list.tsx'
import { ofHealth, standing } from './sign.tsx'
import { table } from './table.tsx'
import { timeAgo } from './when.tsx'

export type AppView = {
  name: string
  app: FleetApp | undefined // undefined: the definitions know it no more
  requests: readonly ListedRequest[]
  older: number | undefined // the `before` of the next page
  isFirst: boolean
}

export function appPage(view: AppView, now: Date, origin: string): Page {
  const { name, app, requests, isFirst } = view
  const current = requests.find(({ request }) => request.state === 'running')
  const state =
    current !== undefined && isFirst ? 'running' : app === undefined ? 'not defined' : ofHealth(app.health).words
  return {
    title: [state, brief(name, 60)],
    here: 'apps',
    main: (
      <>
        <p class="crumbs">
          <a href="/">Apps</a>
        </p>
        <div class="title">
          <h1>{brief(name, 60)}</h1>
          <p data-live="health">
            {app === undefined ? (
              <span class="muted">The definitions know this app no more.</span>
            ) : (
              standing(ofHealth(app.health))
            )}
          </p>
        </div>
        <div data-live="about">
          {app !== undefined && (
            <p class="muted">
              Cluster {brief(app.cluster, 60)}, on {names(app.servers, 12)}.
              {app.why !== '' && ` ${brief(app.why, 300)}`}
            </p>
          )}
        </div>
        {app !== undefined && (
          <section aria-labelledby="live">
            <h2 id="live">Live</h2>
            <div data-live="live">
              {app.live.length === 0 ? <p class="empty">Nothing is live yet.</p> : liveTable(app, now)}
            </div>
          </section>
        )}
        <section aria-labelledby="requests">
          <h2 id="requests">Releases</h2>
          <div data-live="requests">{releases(view, now, origin)}</div>
          {pages(view)}
        </section>
      </>
    ),
  }
}

function releases({ name, requests, isFirst }: AppView, now: Date, origin: string): Html {
  if (requests.length > 0) return requestsTable('Releases', requests, now, false)
  return isFirst ? firstRelease(name, origin) : <p class="empty">There are no older releases.</p>
}

function liveTable(app: FleetApp, now: Date): Html {
  const rows = app.live.flatMap((live) => live.servers.slice(0, 200).map((server) => ({ server, live })))
  return table(
    'What is live on which server',
    [{ head: 'Server', kind: 'self' }, { head: 'Release', kind: 'main' }, { head: 'Since' }, { head: 'By' }],
    rows.map(({ server, live }) => ({
      key: `${live.release} ${server}`,
      cells: [
        <span class="name">{brief(server, 60)}</span>,
        <>
          {commitCode(live.commit)} <span class="subject">{brief(live.subject, 120)}</span>
        </>,
        live.since === null ? '–' : timeAgo(live.since, now),
        brief(live.by, 60) || '–',
      ],
    })),
  )
}

function pages({ name, older, isFirst }: AppView): Html | undefined {
  if (older === undefined && isFirst) return undefined
  const path = `/apps/${inPath(name)}`
  return (
    <nav class="pages" aria-label="Older and newer releases">
      {!isFirst && <a href={path}>Newest</a>}
      {older !== undefined && <a href={`${path}?before=${older}`}>Older</a>}
    </nav>
  )
}
