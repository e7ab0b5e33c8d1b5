import type { FleetApp } from '../../model/fleet.ts'
import { names } from '../../views/words.ts'
import { brief, inPath } from './brief.ts'
import { firstRelease } from './first-release.ts'
import { html, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { commitCode, type ListedRequest, requestTable } from './request-list.ts'
import { ofHealth, standing } from './sign.ts'
import { table } from './table.ts'
import { timeAgo } from './when.ts'

export type AppView = {
  name: string
  app: FleetApp | undefined // undefined: the definitions know it no more
  requests: readonly ListedRequest[]
  older: number | undefined // the `before` of the next page
  isFirst: boolean
}

export function appPage({ name, app, requests, older, isFirst }: AppView, now: Date, origin: string): Page {
  const current = requests.find(({ request }) => request.state === 'running')
  const state =
    current !== undefined && isFirst ? 'running' : app === undefined ? 'not defined' : ofHealth(app.health).words
  return {
    title: [state, brief(name, 60)],
    here: 'apps',
    main: html`<p class="crumbs"><a href="/">Apps</a></p>
      <div class="title">
        <h1>${brief(name, 60)}</h1>
        <p data-live="health">
          ${app === undefined ? html`<span class="muted">The definitions know this app no more.</span>` : standing(ofHealth(app.health))}
        </p>
      </div>
      <div data-live="about">
        ${app !== undefined && html`<p class="muted">Cluster ${brief(app.cluster, 60)}, on ${names(app.servers, 12)}.${app.why !== '' && html` ${brief(app.why, 300)}`}</p>`}
      </div>
      ${
        app !== undefined &&
        html`<section aria-labelledby="live">
          <h2 id="live">Live</h2>
          <div data-live="live">
            ${app.live.length === 0 ? html`<p class="empty">Nothing is live yet.</p>` : liveTable(app, now)}
          </div>
        </section>`
      }
      <section aria-labelledby="requests">
        <h2 id="requests">Releases</h2>
        <div data-live="requests">
          ${
            requests.length > 0
              ? requestTable('Releases', requests, now, false)
              : isFirst
                ? firstRelease(name, origin)
                : html`<p class="empty">There are no older releases.</p>`
          }
        </div>
        ${pages(name, older, isFirst)}
      </section>`,
  }
}

function liveTable(app: FleetApp, now: Date): Html {
  const rows = app.live.flatMap((live) => live.servers.slice(0, 200).map((server) => ({ server, live })))
  return table(
    'What is live on which server',
    [{ head: 'Server', kind: 'self' }, { head: 'Release', kind: 'main' }, { head: 'Since' }, { head: 'By' }],
    rows.map(({ server, live }) => ({
      key: `${live.release} ${server}`,
      cells: [
        html`<span class="name">${brief(server, 60)}</span>`,
        html`${commitCode(live.commit)} <span class="subject">${brief(live.subject, 120)}</span>`,
        live.since === null ? '–' : timeAgo(live.since, now),
        brief(live.by, 60) || '–',
      ],
    })),
  )
}

function pages(name: string, older: number | undefined, isFirst: boolean): Html {
  if (older === undefined && isFirst) return html``
  return html`<nav class="pages" aria-label="Older and newer releases">
    ${!isFirst && html`<a href="/apps/${inPath(name)}">Newest</a>`}${older !== undefined && html`<a href="/apps/${inPath(name)}?before=${older}">Older</a>`}
  </nav>`
}
