import type { NumberedEvent } from '../../model/request.ts'
import { advance, noProgress, type RunProgress } from '../../views/progress-state.ts'
import { type StoryLine, logLineOf } from './log-line.ts'

// One action on one server; `ended` is missing while it runs.
export type Span = {
  server: string
  stage: string
  address: string
  verb: string
  began: number
  ended: number | undefined
  outcome: 'running' | 'done' | 'already' | 'failed' | 'not told'
  error: string
}

// What the events of one request say together. It belongs to its
// reader, who changes it in place: events come by the thousand.
export type Story = {
  last: number // the number of the event that it knows last
  attempt: number // of which `run`, `spans` and the times tell: an earlier one is over
  began: number | undefined
  ended: number | undefined
  live: number | undefined // when the new release went live on all servers
  run: RunProgress
  spans: Span[]
  open: Map<string, Span>
  unkept: number // spans that there was no room for
  planned: { commit: string; subject: string; release: string } | undefined
  waits: { until: string; why: string } | undefined
  lines: StoryLine[] // the newest
  older: number // lines before these
}

export const MOST_LINES = 2000
const MOST_SPANS = 20_000

export function noStory(): Story {
  return {
    last: 0,
    attempt: 0,
    began: undefined,
    ended: undefined,
    live: undefined,
    run: noProgress(0),
    spans: [],
    open: new Map(),
    unkept: 0,
    planned: undefined,
    waits: undefined,
    lines: [],
    older: 0,
  }
}

// Takes one event into account.
export function tellStory(story: Story, { n, at, told }: NumberedEvent): void {
  const time = Date.parse(at)
  const now = Number.isFinite(time) ? time : (story.ended ?? story.began ?? 0)
  story.last = n
  write(story, logLineOf({ n, at, told }))
  switch (told.event) {
    case 'begins':
    case 'resumes':
      begin(story, told.attempt, now)
      return
    case 'planned':
      story.planned = { commit: told.commit, subject: told.subject, release: told.release }
      return
    case 'waits':
      story.waits = { until: told.until, why: told.why }
      return
    case 'ends':
      story.ended = now
      story.waits = undefined
      for (const span of story.open.values()) Object.assign(span, { ended: now, outcome: 'not told' })
      story.open.clear()
      return
    case 'requested':
    case 'cancel-asked':
      return
    case 'action-begins':
      advance(story.run, told, now)
      open(story, {
        server: told.server,
        stage: story.run.stages.at(-1)?.name ?? '',
        address: told.address,
        verb: told.verb,
        began: now,
        ended: undefined,
        outcome: 'running',
        error: '',
      })
      return
    case 'action-ends': {
      const span = story.open.get(key(told))
      advance(story.run, told, now)
      if (span === undefined || told.outcome === 'not begun') return
      span.ended = now
      span.outcome = told.outcome
      span.error = told.error ?? ''
      story.open.delete(key(told))
      return
    }
    default:
      advance(story.run, told, now)
      story.live = wentLive(story.run) ?? story.live
      return
  }
}

const key = ({ server, address }: { server: string; address: string }) => `${server}\n${address}`

function begin(story: Story, attempt: number, now: number): void {
  story.attempt = attempt
  story.began = now
  story.ended = undefined
  story.live = undefined
  story.waits = undefined
  story.run = noProgress(now)
  story.spans = []
  story.open.clear()
  story.unkept = 0
}

function open(story: Story, span: Span): void {
  if (story.spans.length < MOST_SPANS) story.spans.push(span)
  else story.unkept++
  story.open.set(key(span), span)
}

// The stage that makes it live has ended on every server, and well.
function wentLive(run: RunProgress): number | undefined {
  const stage = run.stages.find(({ name }) => name === 'go live')
  const well =
    stage !== undefined && [...stage.servers.values()].every(({ state, failed }) => state === 'done' && failed === 0)
  return well ? stage.ended : undefined
}

// Cut in large steps: taking away the first line of two thousand for every new one would be slow.
function write(story: Story, line: StoryLine | undefined): void {
  if (line === undefined) return
  story.lines.push(line)
  if (story.lines.length < MOST_LINES * 2) return
  story.older += MOST_LINES
  story.lines = story.lines.slice(MOST_LINES)
}
