import { RELEASE_PHASES, readStageName } from '../../model/stage-name.ts'
import { count } from '../../model/words.ts'
import { duration, withoutServer } from '../../views/words.ts'
import { brief } from './brief.ts'
import type { Html } from './jsx-runtime.ts'
import { elapsed } from './when.tsx'
import type { Bar, Timeline } from './timeline.ts'

const ROW = 28
const HEAD = 34
const AXIS = 22

// The class that gives a stage its colour; all waves of a phase have one.
export function stageClass(stage: string): string {
  return `stage-${(readStageName(stage)?.phase ?? 'other').replaceAll(' ', '-')}`
}

// The timeline as a picture: names left, bars right, all in shares of the width, so that it fits on every screen. What
// it says, the table below it says in words.
export function timelinePicture(timeline: Timeline, end: string): Html {
  const { rows, ticks, live } = timeline
  const bottom = HEAD + rows.length * ROW
  const seconds = (timeline.ended - timeline.began) / 1000
  return (
    <figure class="timeline">
      <div class="timeline-plot">
        <ol class="timeline-names" aria-hidden="true">
          {rows.map(({ server }) => (
            <li title={brief(server, 200)}>{brief(server, 60)}</li>
          ))}
        </ol>
        <svg class="timeline-bars" width="100%" height={bottom + AXIS} role="img" aria-label={spoken(timeline, end)}>
          {rows.map((_, row) => (
            <rect class="lane" x="0" y={HEAD + row * ROW + 4} width="100%" height={ROW - 8} rx="4" />
          ))}
          {ticks.map(({ x }) => (
            <line class="grid" x1={`${x}%`} x2={`${x}%`} y1={HEAD} y2={bottom} />
          ))}
          {rows.map(({ server, bars }, row) => bars.map((bar) => barOf(bar, server, HEAD + row * ROW + 6)))}
          {ticks.map((tick) => (
            <text class="tick" x={`${tick.x}%`} y={bottom + 15} text-anchor={anchor(tick.x)}>
              {tickWords(tick.seconds)}
            </text>
          ))}
          {live !== undefined &&
            marker({ kind: 'live', x: live, y: 12, bottom, words: `live ${duration((seconds * live) / 100)}` })}
          {marker({ kind: 'end', x: 100, y: 28, bottom, words: `${end} ${duration(seconds)}` })}
        </svg>
      </div>
      <figcaption>
        {legend(timeline)}
        {remarks(timeline)}
      </figcaption>
    </figure>
  )
}

function barOf(bar: Bar, server: string, y: number): Html {
  const failed = bar.outcome === 'failed'
  const what =
    bar.spans > 1
      ? count(bar.spans, 'action')
      : `${brief(bar.first.verb, 20)} ${brief(withoutServer(bar.first.address, server), 120)}`
  const how =
    bar.outcome === 'running'
      ? 'running, '
      : failed
        ? 'failed after '
        : bar.outcome === 'not told'
          ? 'how it ended was not told, '
          : ''
  const title =
    `${brief(server, 60)} · ${brief(bar.stage, 40)} · ${what} · ` +
    `${how}${duration((bar.ended - bar.first.began) / 1000)}`
  return (
    <g class={`bar ${stageClass(bar.stage)} ${bar.outcome.replace(' ', '-')}`}>
      <title>{title}</title>
      <rect x={`${bar.x}%`} y={y} width={`${bar.width}%`} height={ROW - 12} rx="2.5" />
      {failed && (
        <text class="failure" x={`${Math.max(bar.x + bar.width, 2)}%`} y={y + 12} dx="-4" text-anchor="end">
          ✕
        </text>
      )}
    </g>
  )
}

type Marker = { kind: 'live' | 'end'; x: number; y: number; bottom: number; words: string }

function marker({ kind, x, y, bottom, words }: Marker): Html {
  const isLeft = x < 50
  return (
    <g class={`marker ${kind}`}>
      <line x1={`${x}%`} x2={`${x}%`} y1={y - 9} y2={bottom} />
      <text x={`${x}%`} y={y} dx={isLeft ? 5 : -5} text-anchor={isLeft ? 'start' : 'end'}>
        {words}
      </text>
    </g>
  )
}

const anchor = (x: number) => (x < 4 ? 'start' : x > 96 ? 'end' : 'middle')
const tickWords = (seconds: number) =>
  seconds === 0
    ? '0'
    : seconds < 60
      ? `${seconds} s`
      : elapsed(seconds)
          .replace(/ min 0 s$/, ' min')
          .replace(/ h 0 min$/, ' h')

// The stages of the picture, in the order in which they follow one another.
function legend({ rows }: Timeline): Html {
  const phases = new Set(rows.flatMap(({ bars }) => bars.map(({ stage }) => readStageName(stage)?.phase ?? 'other')))
  const order = ['provision', 'configure', 'retire', ...RELEASE_PHASES, 'other'] as const
  return (
    <ul class="legend" aria-label="Colours of the stages">
      {order
        .filter((phase) => phases.has(phase))
        .map((phase) => (
          <li>
            <svg class={`bar ${stageClass(phase)}`} width="10" height="10" aria-hidden="true" focusable="false">
              <rect width="10" height="10" rx="2.5" />
            </svg>
            {phase}
          </li>
        ))}
    </ul>
  )
}

function remarks({ otherServers, isMerged }: Timeline): Html | undefined {
  const said = [
    otherServers > 0 ? `${count(otherServers, 'more server')} not drawn.` : '',
    isMerged ? 'Very short actions that follow one another are drawn as one bar.' : '',
  ].filter((text) => text !== '')
  return said.length === 0 ? undefined : <p class="muted">{said.join(' ')}</p>
}

function spoken({ rows, began, ended, live }: Timeline, end: string): string {
  const total = (ended - began) / 1000
  const went = live === undefined ? '' : ` Live after ${duration((total * live) / 100)}.`
  return (
    `Timeline of ${count(rows.length, 'server')}, ${duration(total)} until ${end}.${went} The table below says ` +
    `the same.`
  )
}
