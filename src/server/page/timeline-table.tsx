import { count } from '../../model/words.ts'
import { duration, withoutServer } from '../../views/words.ts'
import { brief } from './brief.ts'
import type { Html, Piece } from './jsx-runtime.ts'
import type { Span, Story } from './story.ts'
import { type Column, table } from './table.tsx'

const MOST = 300
const COLUMNS: readonly Column[] = [
  { head: 'Server', kind: 'self' },
  { head: 'Stage' },
  { head: 'Action', kind: 'main' },
  { head: 'After', kind: 'number' },
  { head: 'Took', kind: 'number' },
  { head: 'Outcome' },
]

// The same as the picture in words: the actions in the order in which they began; of very many those that took longest.
export function timelineTable({ spans, unkept, began }: Pick<Story, 'spans' | 'unkept' | 'began'>, now: number): Html {
  const took = (span: Span) => (span.ended ?? now) - span.began
  const weight = (span: Span) => (span.outcome === 'failed' ? Infinity : took(span))
  const shown =
    spans.length <= MOST
      ? spans
      : [...spans]
          .sort((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)))
          .slice(0, MOST)
          .sort((a, b) => a.began - b.began)
  const left = spans.length + unkept - shown.length
  const first = began ?? spans[0]?.began ?? now
  const cells = (span: Span): Piece[] => [
    brief(span.server, 60),
    brief(span.stage, 40),
    <span class="wrap">
      {brief(span.verb, 20)} {brief(withoutServer(span.address, span.server), 160)}
    </span>,
    duration((span.began - first) / 1000),
    duration(took(span) / 1000),
    span.error === '' ? span.outcome : <span class="wrap">{`${span.outcome}: ${brief(span.error, 200)}`}</span>,
  ]
  return (
    <details id="actions">
      <summary>The same as a table ({count(spans.length + unkept, 'action')})</summary>
      {left > 0 && (
        <p class="muted">
          The {MOST} that took longest; {left} shorter ones are not listed.
        </p>
      )}
      {table(
        'Actions by time',
        COLUMNS,
        shown.map((span, index) => ({ key: `a${index}`, cells: cells(span) })),
      )}
    </details>
  )
}
