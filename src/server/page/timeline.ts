import type { Span, Story } from './story.ts'

// The picture of a release, as numbers: shares of the width between 0 and 100, rows by server.
export type Bar = {
  x: number
  width: number
  stage: string
  outcome: Span['outcome']
  spans: number
  first: Span
  ended: number
}
export type TimelineRow = { server: string; bars: readonly Bar[] }
export type Tick = { x: number; seconds: number }
export type Timeline = {
  began: number
  ended: number
  rows: readonly TimelineRow[]
  otherServers: number // that there is no room for
  isMerged: boolean // neighbours that would be thinner than a line are one bar
  ticks: readonly Tick[]
  live: number | undefined // share
}

const MOST_ROWS = 60
const MOST_BARS = 3000
const THIN = 0.5 // percent of the width
const NARROWEST = 0.3

// What the story shows until `now`, or until its end; undefined before anything was done.
export function timelineOf(
  story: Pick<Story, 'began' | 'ended' | 'live' | 'spans'>,
  now: number,
): Timeline | undefined {
  const first = story.spans[0]
  if (first === undefined) return undefined
  const began = Math.min(story.began ?? first.began, first.began)
  const last = story.spans.reduce((latest, span) => Math.max(latest, span.ended ?? span.began), began)
  const ended = Math.max(story.ended ?? now, last, began + 1)
  const share = (time: number) => (Math.min(Math.max(time - began, 0), ended - began) / (ended - began)) * 100

  const servers = byServer(story.spans)
  const chosen = choose(servers)
  const merged = (thin: number): TimelineRow[] =>
    chosen.map(([server, spans]) => ({ server, bars: barsOf(spans, ended, share, thin) }))
  let thin = THIN
  let rows = merged(thin)
  while (rows.reduce((sum, { bars }) => sum + bars.length, 0) > MOST_BARS && thin < 100) rows = merged((thin *= 2))
  return {
    began,
    ended,
    rows,
    otherServers: servers.size - chosen.length,
    isMerged: rows.some(({ bars }) => bars.some(({ spans }) => spans > 1)),
    ticks: ticksOf((ended - began) / 1000),
    live: story.live === undefined ? undefined : share(story.live),
  }
}

function byServer(spans: readonly Span[]): Map<string, Span[]> {
  const servers = new Map<string, Span[]>()
  for (const span of spans) {
    const own = servers.get(span.server)
    if (own === undefined) servers.set(span.server, [span])
    else own.push(span)
  }
  return servers
}

const { compare } = new Intl.Collator('en', { numeric: true })

// Where not all have room, those where something failed have it first.
function choose(servers: ReadonlyMap<string, Span[]>): [string, Span[]][] {
  const failed = (spans: readonly Span[]) => spans.some(({ outcome }) => outcome === 'failed')
  const all = [...servers].sort(([a], [b]) => compare(a, b))
  if (all.length <= MOST_ROWS) return all
  return [...all.filter(([, spans]) => failed(spans)), ...all.filter(([, spans]) => !failed(spans))]
    .slice(0, MOST_ROWS)
    .sort(([a], [b]) => compare(a, b))
}

// One bar for each action; neighbours of one stage that are thin are one bar, as long as nothing failed there.
function barsOf(spans: readonly Span[], end: number, share: (time: number) => number, thin: number): Bar[] {
  const bars: Bar[] = []
  for (const span of spans) {
    const ended = span.ended ?? end
    const x = share(span.began)
    const width = share(ended) - x
    const before = bars.at(-1)
    const joins =
      before !== undefined &&
      before.stage === span.stage &&
      mergeable(before.outcome) &&
      mergeable(span.outcome) &&
      before.width < thin * 4 &&
      width < thin &&
      x - (before.x + before.width) < thin
    if (joins) {
      before.width = Math.max(before.width, x + width - before.x)
      before.ended = Math.max(before.ended, ended)
      before.spans++
    } else bars.push({ x, width, stage: span.stage, outcome: span.outcome, spans: 1, first: span, ended })
  }
  return bars.map((bar) => {
    const width = Math.max(NARROWEST, bar.width)
    return { ...bar, x: rounded(Math.min(bar.x, 100 - width)), width: rounded(width) }
  })
}

const mergeable = (outcome: Span['outcome']) => outcome === 'done' || outcome === 'already'
const rounded = (share: number) => Math.round(share * 100) / 100

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

// Round times for the axis: at least two and at most seven, the beginning included.
export function ticksOf(seconds: number): Tick[] {
  const step = STEPS.find((each) => seconds / each <= 6) ?? Math.ceil(seconds / 6 / 86_400) * 86_400
  const ticks: Tick[] = []
  for (let index = 0; index * step <= seconds; index++) {
    const at = Math.round(index * step * 10) / 10
    ticks.push({ x: rounded((at / seconds) * 100), seconds: at })
  }
  return ticks
}
