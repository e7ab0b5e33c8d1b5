import type { Problem } from '../../model/errors.ts'
import type { Fleet, FleetApp, LiveRelease } from '../../model/fleet.ts'
import { count, names } from '../../model/words.ts'
import { brief, inPath } from './brief.ts'
import { firstRelease } from './first-release.tsx'
import type { Html, Piece } from './jsx-runtime.ts'
import type { Page } from './layout.tsx'
import { problemList } from './problem-list.tsx'
import { appLink, commitCode, type ListedRequest, requestLine, requestsTable } from './request-list.tsx'
import { ofHealth, ofRequest, sign, standing } from './sign.tsx'
import type { Story } from './story.ts'
import { table } from './table.tsx'
import { taskTree } from './task-tree.tsx'
import { timeAgo, timeSince } from './when.tsx'

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
  const { fleet, problems, finished } = home
  return {
    title: [...title(home), 'Apps'],
    here: 'apps',
    main: (
      <>
        <h1 class="unseen">Apps</h1>
        <div data-live="problems">
          {problems.length > 0 && (
            <section class="card bad" aria-labelledby="wrong">
              <h2 id="wrong">The definitions cannot be read</h2>
              {problemList(problems)}
            </section>
          )}
        </div>
        <section aria-labelledby="now">
          <h2 id="now">Now</h2>
          <div data-live="now">{atWork(home, now)}</div>
        </section>
        <section aria-labelledby="apps">
          <div class="heading">
            <h2 id="apps">Apps</h2>
            <p class="muted" data-live="looked">
              {fleet.lookedAt !== null && <>looked at {timeAgo(fleet.lookedAt, now)}</>}
            </p>
          </div>
          <div data-live="apps">{fleet.apps.length === 0 ? NO_APP : appTable(fleet.apps, now)}</div>
        </section>
        <section aria-labelledby="finished">
          <h2 id="finished">Finished lately</h2>
          <div data-live="finished">
            {finished.length === 0
              ? firstRelease(fleet.apps[0]?.name, origin)
              : requestsTable('Finished lately', finished, now, true)}
          </div>
        </section>
      </>
    ),
  }
}

// 1 running, 2 waiting, 1 unhealthy.
function title({ fleet, running, otherRunning, waiting, otherWaiting }: Home): string[] {
  const counts = [
    [running.length + otherRunning, 'running'],
    [waiting.length + otherWaiting, 'waiting'],
    [fleet.apps.filter(({ health }) => health === 'unhealthy').length, 'unhealthy'],
  ] as const
  const state = counts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`)
  return state.length === 0 ? [] : [state.join(', ')]
}

function atWork({ running, otherRunning, waiting, otherWaiting }: Home, now: Date): Html {
  if (running.length + otherRunning + waiting.length + otherWaiting === 0)
    return (
      <p class="calm-line">
        {sign({ tone: 'good', shape: 'check', words: '' })}
        Nothing runs and nothing waits.
      </p>
    )
  return (
    <>
      {running.map(({ listed, story }) => runningCard(listed, story, now))}
      {otherRunning > 0 && <p class="muted">and {count(otherRunning, 'more running release')}</p>}
      {waiting.length + otherWaiting > 0 && (
        <ol class="queue">
          {waiting.map((listed) => waitingItem(listed, now))}
          {otherWaiting > 0 && <li class="muted">and {otherWaiting} more waiting</li>}
        </ol>
      )}
    </>
  )
}

function runningCard(listed: ListedRequest, story: Story, now: Date): Html {
  const { request } = listed
  const heading = `running-${request.id}`
  return (
    <article class="card running" data-key={heading} aria-labelledby={heading}>
      <header>
        <h3 id={heading}>
          {sign(ofRequest('running'))}
          {appLink(request.app)}
        </h3>
        <p>{requestLine(listed)}</p>
        <p class="muted">
          by {brief(request.by, 60)} · {request.began === null ? 'begins' : timeSince(Date.parse(request.began), now)}
          {request.cancelled !== null && ` · ${brief(request.cancelled, 60)} asked that it stops`}
        </p>
      </header>
      {taskTree(story.run, now, MOST_SERVERS)}
    </article>
  )
}

function waitingItem(listed: ListedRequest, now: Date): Html {
  const { request } = listed
  return (
    <li data-key={`w${request.id}`}>
      {standing(ofRequest('waiting'))}
      {appLink(request.app)}
      <span>{requestLine(listed)}</span>
      <span class="muted">
        {brief(request.by, 60)}, {timeAgo(request.asked, now)}
      </span>
    </li>
  )
}

const NO_APP = (
  <p class="empty">
    There is no app yet. Describe one in <code>apps/NAME.yml</code> of your definitions folder, or let{' '}
    <code>flight init</code> write one to begin with.
  </p>
)

function appTable(apps: readonly FleetApp[], now: Date): Html {
  const left = apps.length - MOST_APPS
  return (
    <>
      {table(
        'Apps and what is live',
        [
          { head: 'App', kind: 'self' },
          { head: 'Live', kind: 'main' },
          { head: 'Since' },
          { head: 'By' },
          { head: 'Health', kind: 'self' },
        ],
        apps.slice(0, MOST_APPS).map((app) => ({ key: `app-${app.name}`, cells: appCells(app, now) })),
      )}
      {left > 0 && <p class="muted">and {count(left, 'more app')}</p>}
    </>
  )
}

function appCells({ name, cluster, live, health, why }: FleetApp, now: Date): Piece[] {
  const [first] = live
  return [
    <>
      <a class="name" href={`/apps/${inPath(name)}`}>
        {brief(name, 60)}
      </a>{' '}
      <span class="muted">{brief(cluster, 60)}</span>
    </>,
    first === undefined ? (
      <span class="muted">nothing yet</span>
    ) : (
      live.slice(0, 3).map((each) => liveLine(each, live.length > 1))
    ),
    first === undefined || first.since === null ? '–' : timeAgo(first.since, now),
    first === undefined ? '–' : brief(first.by, 60) || '–',
    <>
      {standing(ofHealth(health))}
      {why !== '' && <span class="why muted">{brief(why, 160)}</span>}
    </>,
  ]
}

// Where servers differ, each release with its servers.
function liveLine({ commit, subject, servers }: LiveRelease, withServers: boolean): Html {
  return (
    <span class="release-line">
      {commitCode(commit)} <span class="subject">{brief(subject, 120)}</span>{' '}
      {withServers && <span class="muted">on {names(servers, 4)}</span>}
    </span>
  )
}
