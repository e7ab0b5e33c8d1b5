import { isEnded, type Request } from '../../model/request.ts'
import { count } from '../../views/words.ts'
import { brief, inPath } from './brief.ts'
import { html, type Html, type Piece } from './html.ts'
import type { Page } from './layout.ts'
import { clock } from './log-line.ts'
import { problemList } from './problem-list.ts'
import { commitCode, goingBack, took } from './request-list.ts'
import { ofRequest, standing } from './sign.ts'
import { MOST_LINES, type Story } from './story.ts'
import { taskTree } from './task-tree.ts'
import { timelineOf } from './timeline.ts'
import { timelinePicture } from './timeline-picture.ts'
import { timelineTable } from './timeline-table.ts'
import { timeAgo, timeSince } from './when.ts'

const MOST_SERVERS = 40

// ahead: the request of the same app that goes first
export type ReleaseView = { request: Request; story: Story; ahead: number | undefined }

export function releasePage({ request, story, ahead }: ReleaseView, now: Date): Page {
  const how = ofRequest(request.state)
  const commit = request.wish.does === 'release' ? request.wish.commit : story.planned?.commit
  return {
    title: [how.words, `#${request.id}`, brief(request.app, 60)],
    here: 'apps',
    main: html`<p class="crumbs">
        <a href="/">Apps</a> <a href="/apps/${inPath(request.app)}">${brief(request.app, 60)}</a>
      </p>
      <div class="title">
        <h1 data-live="title">${brief(request.app, 60)} <span class="muted">#${request.id}</span></h1>
        <p data-live="state">${standing(how)}</p>
      </div>
      <p class="lead" data-live="subject">
        ${commit !== undefined && commitCode(commit)}
        ${story.planned !== undefined && brief(story.planned.subject, 300)}${request.wish.does === 'rollback' && html` <span class="muted">${goingBack(request.wish)}</span>`}
      </p>
      <dl class="facts" data-live="facts">
        ${facts(request, story, now).map(
          ([name, value]) =>
            html`<div data-key="${name}">
              <dt>${name}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
      <div data-live="end">${end(request, story, ahead, now)}</div>
      <div data-live="tree">
        ${
          request.state === 'running' &&
          html`<section class="card running" aria-labelledby="steps">
            <h2 id="steps">What it does now</h2>
            ${taskTree(story.run, now, MOST_SERVERS)}
          </section>`
        }
      </div>
      <div data-live="timeline">${picture(request, story, now)}</div>
      <section aria-labelledby="log">
        <div class="heading">
          <h2 id="log">Log</h2>
          <p><a href="/v1/releases/${request.id}/log">whole log as text</a></p>
        </div>
        <div data-live="log">${log(story, request)}</div>
      </section>`,
  }
}

function facts(request: Request, story: Story, now: Date): [string, Piece][] {
  const { wish, began, ended, attempts, release, cancelled } = request
  const lasts = began === null ? undefined : ended === null ? timeSince(Date.parse(began), now) : took(request)
  const all: [string, Piece][] = [
    ['Asked by', brief(request.by, 100)],
    ['Asked', timeAgo(request.asked, now)],
    ['Began', began === null ? undefined : timeAgo(began, now)],
    [ended === null ? 'Runs for' : 'Took', lasts],
    ['Ref', wish.does === 'release' && wish.ref !== null ? brief(wish.ref, 100) : undefined],
    [
      'Release',
      release === null
        ? story.planned !== undefined && html`<code>${brief(story.planned.release, 100)}</code>`
        : html`<code>${brief(release, 100)}</code>`,
    ],
    ['Attempt', attempts > 1 && attempts],
    ['To be stopped for', cancelled !== null && brief(cancelled, 100)],
  ]
  return all.filter(([, value]) => value !== undefined && value !== false)
}

function end(request: Request, story: Story, ahead: number | undefined, now: Date): Html {
  const { state, supersededBy, notBefore } = request
  const until = story.waits?.until ?? notBefore
  if (state === 'waiting' && until !== null && Date.parse(until) > now.getTime())
    return html`<p class="said">
      Waits: begins ${timeAgo(until, now)}${story.waits !== undefined && html`. ${brief(story.waits.why, 300)}`}
    </p>`
  if (state === 'waiting')
    return html`<p class="said">
      ${ahead === undefined ? 'Waits for its turn.' : html`Waits until <a href="/releases/${ahead}">#${ahead}</a> of the same app has ended.`}
    </p>`
  if (request.end === null) return html``
  const tone = ofRequest(state).tone
  return html`<div class="card said ${tone}">
    <p>
      ${brief(request.end.said, 600)}${supersededBy !== null && html` <a href="/releases/${supersededBy}">#${supersededBy}</a> took its place.`}
    </p>
    ${problemList(request.end.problems)}
  </div>`
}

function picture(request: Request, story: Story, now: Date): Html {
  const timeline = timelineOf(story, now.getTime())
  if (timeline === undefined) return html``
  const attempt =
    story.attempt > 1 && html`<p class="muted">Attempt ${story.attempt}; the earlier ones are in the log.</p>`
  return html`<section aria-labelledby="timeline">
    <h2 id="timeline">Timeline</h2>
    ${attempt}${timelinePicture(timeline, isEnded(request.state) ? 'end' : 'now')}${timelineTable(story, timeline.ended)}
  </section>`
}

function log(story: Story, request: Request): Html {
  if (story.lines.length === 0)
    return html`<p class="empty">
      ${
        isEnded(request.state)
          ? 'What was told of this release is no longer kept: only newer ones have their log.'
          : 'Nothing was told yet.'
      }
    </p>`
  const lines = story.lines.slice(-MOST_LINES)
  const left = story.older + story.lines.length - lines.length
  return html`${left > 0 && html`<p class="muted">The newest ${MOST_LINES} lines; ${count(left, 'older one')} in the whole log.</p>`}
    <div class="log" tabindex="0" role="region" aria-label="Log, times in UTC">
      <ol>
        ${lines.map(
          ({ n, at, text, bad }) =>
            html`<li data-key="${n}" ${bad && html` class="bad"`}>
              <time datetime="${brief(at, 40)}">${clock(at)}</time> ${bad && html`<b>!</b> `}${text}
            </li>`,
        )}
      </ol>
    </div>`
}
