import { isEnded, type Request } from '../../model/request.ts'
import { count } from '../../model/words.ts'
import { brief, inPath } from './brief.ts'
import type { Html, Piece } from './jsx-runtime.ts'
import type { Page } from './layout.tsx'
import { clock, type StoryLine } from './log-line.ts'
import { problemList } from './problem-list.tsx'
import { commitCode, goingBack, took } from './request-list.tsx'
import { ofRequest, standing } from './sign.tsx'
import { MOST_LINES, type Story } from './story.ts'
import { taskTree } from './task-tree.tsx'
import { timelineOf } from './timeline.ts'
import { timelinePicture } from './timeline-picture.tsx'
import { timelineTable } from './timeline-table.tsx'
import { timeAgo, timeSince } from './when.tsx'

const MOST_SERVERS = 40

// ahead: the request of the same app that goes first
export type ReleaseView = { request: Request; story: Story; ahead: number | undefined }

export function releasePage(view: ReleaseView, now: Date): Page {
  const { request, story } = view
  const { app, id, state, wish } = request
  const how = ofRequest(state)
  const commit = wish.does === 'release' ? wish.commit : story.planned?.commit
  return {
    title: [how.words, `#${id}`, brief(app, 60)],
    here: 'apps',
    main: (
      <>
        <p class="crumbs">
          <a href="/">Apps</a> <a href={`/apps/${inPath(app)}`}>{brief(app, 60)}</a>
        </p>
        <div class="title">
          <h1 data-live="title">
            {brief(app, 60)} <span class="muted">#{id}</span>
          </h1>
          <p data-live="state">{standing(how)}</p>
        </div>
        <p class="lead" data-live="subject">
          {commit !== undefined && commitCode(commit)}{' '}
          {story.planned !== undefined && brief(story.planned.subject, 300)}{' '}
          {wish.does === 'rollback' && <span class="muted">{goingBack(wish)}</span>}
        </p>
        <dl class="facts" data-live="facts">
          {facts(view, now).map(([name, value]) => (
            <div data-key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div data-live="end">{end(view, now)}</div>
        <div data-live="tree">
          {state === 'running' && (
            <section class="card running" aria-labelledby="steps">
              <h2 id="steps">What it does now</h2>
              {taskTree(story.run, now, MOST_SERVERS)}
            </section>
          )}
        </div>
        <div data-live="timeline">{picture(view, now)}</div>
        <section aria-labelledby="log">
          <div class="heading">
            <h2 id="log">Log</h2>
            <p>
              <a href={`/v1/releases/${id}/log`}>whole log as text</a>
            </p>
          </div>
          <div data-live="log">{log(view)}</div>
        </section>
      </>
    ),
  }
}

function facts({ request, story }: ReleaseView, now: Date): [string, Piece][] {
  const { wish, began, ended, attempts, cancelled } = request
  const lasts = began === null ? undefined : ended === null ? timeSince(Date.parse(began), now) : took(request)
  const release = request.release ?? story.planned?.release
  const all: [string, Piece][] = [
    ['Asked by', brief(request.by, 100)],
    ['Asked', timeAgo(request.asked, now)],
    ['Began', began === null ? undefined : timeAgo(began, now)],
    [ended === null ? 'Runs for' : 'Took', lasts],
    ['Ref', wish.does === 'release' && wish.ref !== null ? brief(wish.ref, 100) : undefined],
    ['Release', release === undefined ? undefined : <code>{brief(release, 100)}</code>],
    ['Attempt', attempts > 1 && attempts],
    ['To be stopped for', cancelled !== null && brief(cancelled, 100)],
  ]
  return all.filter(([, value]) => value !== undefined && value !== false)
}

function end({ request, story, ahead }: ReleaseView, now: Date): Html | undefined {
  const { state, supersededBy, notBefore } = request
  const until = story.waits?.until ?? notBefore
  if (state === 'waiting' && until !== null && Date.parse(until) > now.getTime())
    return (
      <p class="said">
        Waits: begins {timeAgo(until, now)}
        {story.waits !== undefined && `. ${brief(story.waits.why, 300)}`}
      </p>
    )
  if (state === 'waiting' && ahead === undefined) return <p class="said">Waits for its turn.</p>
  if (state === 'waiting')
    return (
      <p class="said">
        Waits until <a href={`/releases/${ahead}`}>#{ahead}</a> of the same app has ended.
      </p>
    )
  if (request.end === null) return undefined
  return (
    <div class={`card said ${ofRequest(state).tone}`}>
      <p>
        {brief(request.end.said, 600)}
        {supersededBy !== null && (
          <>
            {' '}
            <a href={`/releases/${supersededBy}`}>#{supersededBy}</a> took its place.
          </>
        )}
      </p>
      {problemList(request.end.problems)}
    </div>
  )
}

function picture({ request, story }: ReleaseView, now: Date): Html | undefined {
  const timeline = timelineOf(story, now.getTime())
  if (timeline === undefined) return undefined
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {story.attempt > 1 && <p class="muted">Attempt {story.attempt}; the earlier ones are in the log.</p>}
      {timelinePicture(timeline, isEnded(request.state) ? 'end' : 'now')}
      {timelineTable(story, timeline.ended)}
    </section>
  )
}

function log({ story, request }: ReleaseView): Html {
  if (story.lines.length === 0)
    return (
      <p class="empty">
        {isEnded(request.state)
          ? 'What was told of this release is no longer kept: only newer ones have their log.'
          : 'Nothing was told yet.'}
      </p>
    )
  const lines = story.lines.slice(-MOST_LINES)
  const left = story.older + story.lines.length - lines.length
  return (
    <>
      {left > 0 && (
        <p class="muted">
          The newest {MOST_LINES} lines; {count(left, 'older one')} in the whole log.
        </p>
      )}
      <div class="log" tabindex="0" role="region" aria-label="Log, times in UTC">
        <ol>{lines.map(logItem)}</ol>
      </div>
    </>
  )
}

function logItem({ n, at, text, bad }: StoryLine): Html {
  return (
    <li data-key={String(n)} class={bad && 'bad'}>
      <time datetime={brief(at, 40)}>{clock(at)}</time> {bad && <b>!</b>}
      {bad && ' '}
      {text}
    </li>
  )
}
