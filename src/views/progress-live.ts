import type { RunEvent } from '../model/event.ts'
import { cleanOfEscapes, onOneLine } from '../model/printable.ts'
import type { Paint } from './paint.ts'
import { frameOf } from './progress-frame.ts'
import { lineOf } from './progress-lines.ts'
import { advance, noProgress } from './progress-state.ts'

export type Terminal = { write(text: string): unknown; columns?: number; rows?: number }

// Ten drawings a second at most, however many events come.
const MILLISECONDS = 100

// What must stay readable above the drawing once it has moved on.
function lasting(event: RunEvent): boolean {
  if (event.event === 'action-ends') return event.outcome === 'failed'
  return event.event === 'note' || event.event === 'server-missing'
}

// How many rows lines take, which a terminal that was made narrower has broken since they were drawn.
function height(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(cleanOfEscapes(line).length / columns)), 0)
}

// A live tree: stages, servers, the action that runs on each. Listr2 was measured and left: its renderer takes over
// stdout, draws every server whether it fits or not, and ends asynchronously, after the error that should follow it.
export function liveDrawing(
  terminal: Terminal,
  paint: Paint,
  now: () => number,
): { listen(event: RunEvent): void; close(): void } {
  const run = noProgress(now())
  let drawn: string[] = []
  let changed = false

  // Nothing of the old drawing is taken away before the new one is there: one write, so that nothing flickers.
  const draw = (above: string, frame: string[]): void => {
    if (above === '' && frame.length === drawn.length && frame.every((line, index) => line === drawn[index])) return
    const rows = height(drawn, terminal.columns ?? 80)
    const up = rows === 0 ? '' : `\u001b[${rows}A`
    const lines = frame.map((line) => `${line}\u001b[K\n`).join('')
    terminal.write(`${up}${above === '' ? '' : `\r\u001b[J${above}`}${lines}\u001b[J`)
    drawn = frame
  }
  const frame = (): string[] =>
    frameOf(run, { rows: Math.max(3, (terminal.rows ?? 24) - 1), columns: terminal.columns ?? 80 }, now(), paint)

  let beats = 0
  const timer = setInterval(() => {
    beats++
    if (!changed && beats % 10 !== 0) return // seconds go on while nothing happens
    changed = false
    draw('', frame())
  }, MILLISECONDS)
  timer.unref()

  return {
    listen(event) {
      advance(run, event, now())
      changed = true
      if (!lasting(event)) return
      const line = onOneLine(lineOf(event) ?? '')
      draw(`${event.event === 'note' ? line : paint.red(`! ${line}`)}\n`, frame())
    },
    close() {
      clearInterval(timer)
      draw('', frame())
      drawn = []
    },
  }
}
