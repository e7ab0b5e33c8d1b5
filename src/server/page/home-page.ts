import type { Problem } from '../../model/errors.ts'
import type { Fleet, FleetApp, LiveRelease } from '../../model/fleet.ts'
import { count, names } from '../../views/words.ts'
import { brief, inPath } from './brief.ts'
import { firstRelease } from './first-release.ts'
import { html, type Html } from './html.ts'
import type { Page } from './layout.ts'
import { problemList } from './problem-list.ts'
import { commitCode, type ListedRequest, requestLink, requestTable, what } from './request-list.ts'
import { ofHealth, ofRequest, sign, standing } from './sign.ts'
import type { Story } from './story.ts'
import { table } from './table.ts'
import { taskTree } from './task-tree.ts'
import { timeAgo, timeSince } from './when.ts'

export type Home = {
  fleet: Pick<Fleet, 'apps' | 'lookedAt'>
  problems: readonly Problem[] // of the definitions
  running: readonly { listed: ListedRequest; story: Story }[]
  otherRunning: number // that there is no room for
  waiting: readonly ListedRequest[]
  otherWaiting: number
  finished: readonly ListedRequest[]
}

const MOST_SERVERS = 6
const MOST_APPS = 500

export function homePage(home: Home, now: Date, origin: string): Page {
  const { fleet, problems, running, otherRunning, waiting, otherWaiting, finished } = home
  const runs = running.length + otherRunning
  const waits = waiting.length + otherWaiting
  const ill = fleet.apps.filter(({ health }) => health === 'unhealthy').length
  const state = [
    runs > 0 ? `${runs} running` : '',
    waits > 0 ? `${waits} waiting` : '',
    ill > 0 ? `${ill} unhealthy` : '',
  ].filter((text) => text !== '')
  return {
    title: [...(state.length > 0 ? [state.join(', ')] : []), 'Apps'],
    here: 'apps',
    main: html`<h1 class="unseen">Apps</h1>
      <div data-live="problems">
        ${
          problems.length > 0 &&
          html`<section class="card bad" aria-labelledby="wrong">
            <h2 id="wrong">The definitions cannot be read</h2>
            ${problemList(problems)}
          </section>`
        }
      </div>
      <section aria-labelledby="now">
        <h2 id="now">Now</h2>
        <div data-live="now">
          ${runs + waits === 0 && html`<p class="calm-line">${sign({ tone: 'good', shape: 'check', words: '' })}Nothing runs and nothing waits.</p>`}
          ${running.map(({ listed, story }) => runningCard(listed, story, now))}${otherRunning > 0 && html`<p class="muted">and ${count(otherRunning, 'more running release')}</p>`}
          ${
            waits > 0 &&
            html`<ol class="queue">
              ${waiting.map((listed) => waitingItem(listed, now))}${otherWaiting > 0 && html`<li class="muted">and ${otherWaiting} more waiting</li>`}
            </ol>`
          }
        </div>
      </section>
      <section aria-labelledby="apps">
        <div class="heading">
          <h2 id="apps">Apps</h2>
          <p class="muted" data-live="looked">
            ${fleet.lookedAt !== null && html`looked at ${timeAgo(fleet.lookedAt, now)}`}
          </p>
        </div>
        <div data-live="apps">
          ${
            fleet.apps.length === 0
              ? html`<p class="empty">
                  There is no app yet. Describe one in <code>apps/NAME.yml</code> of your definitions folder;
                  <code>flight init</code> writes one to begin with.
                </p>`
              : appTable(fleet.apps, now)
          }${fleet.apps.length > MOST_APPS && html`<p class="muted">and ${count(fleet.apps.length - MOST_APPS, 'more app')}</p>`}
        </div>
      </section>
      <section aria-labelledby="finished">
        <h2 id="finished">Finished lately</h2>
        <div data-live="finished">
          ${finished.length === 0 ? firstRelease(fleet.apps[0]?.name, origin) : requestTable('Finished lately', finished, now, true)}
        </div>
      </section>`,
  }
}

function runningCard({ request, subject }: ListedRequest, story: Story, now: Date): Html {
  const heading = `running-${request.id}`
  return html`<article class="card running" data-key="${heading}" aria-labelledby="${heading}">
    <header>
      <h3 id="${heading}">
        ${sign(ofRequest('running'))}<a href="/apps/${inPath(request.app)}">${brief(request.app, 60)}</a>
      </h3>
      <p>${requestLink(request)} ${what(request, subject)}</p>
      <p class="muted">
        by ${brief(request.by, 60)} ·
        ${
          request.began === null ? 'begins' : timeSince(Date.parse(request.began), now)
        }${request.cancelled !== null && html` · ${brief(request.cancelled, 60)} asked that it stops`}
      </p>
    </header>
    ${taskTree(story.run, now, MOST_SERVERS)}
  </article>`
}

function waitingItem({ request, subject }: ListedRequest, now: Date): Html {
  return html`<li data-key="w${request.id}">
    ${standing(ofRequest('waiting'))}<a href="/apps/${inPath(request.app)}">${brief(request.app, 60)}</a
    ><span>${requestLink(request)} ${what(request, subject)}</span
    ><span class="muted">${brief(request.by, 60)}, ${timeAgo(request.asked, now)}</span>
  </li>`
}

function appTable(apps: readonly FleetApp[], now: Date): Html {
  return table(
    'Apps and what is live',
    [
      { head: 'App', kind: 'self' },
      { head: 'Live', kind: 'main' },
      { head: 'Since' },
      { head: 'By' },
      { head: 'Health', kind: 'self' },
    ],
    apps.slice(0, MOST_APPS).map((app) => ({
      key: `app-${app.name}`,
      cells: [
        html`<a class="name" href="/apps/${inPath(app.name)}">${brief(app.name, 60)}</a>
          <span class="muted">${brief(app.cluster, 60)}</span>`,
        app.live.length === 0
          ? html`<span class="muted">nothing yet</span>`
          : app.live.slice(0, 3).map((live) => liveLine(live, app)),
        since(app, now),
        app.live[0] === undefined ? '–' : brief(app.live[0].by, 60) || '–',
        html`${standing(ofHealth(app.health))}${app.why !== '' && html`<span class="why muted">${brief(app.why, 160)}</span>`}`,
      ],
    })),
  )
}

function since({ live }: FleetApp, now: Date): Html {
  const at = live[0]?.since
  return at === undefined || at === null ? html`–` : timeAgo(at, now)
}

// Where servers differ, each release with its servers.
function liveLine(live: LiveRelease, app: Pick<FleetApp, 'live'>): Html {
  return html`<span class="release-line"
    >${commitCode(live.commit)}
    <span class="subject">${brief(live.subject, 120)}</span
    >${app.live.length > 1 && html` <span class="muted">on ${names(live.servers, 4)}</span>`}</span
  >`
}
