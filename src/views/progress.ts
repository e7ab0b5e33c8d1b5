import type { Listener } from '../model/event.ts'
import { paintFor } from './paint.ts'
import { lineWriter } from './progress-lines.ts'
import { liveDrawing, type Terminal } from './progress-live.ts'

export type ProgressOptions = {
  stream: Terminal
  tty: boolean
  color: boolean
  now?: () => number // milliseconds
}

// Shows a run while it goes on: a live tree at a terminal, one line a step elsewhere. After close() the stream is free
// for others: what was drawn last stays, and the cursor stands below it.
export function openProgress(options: ProgressOptions): { listen: Listener; close(): void } {
  const now = options.now ?? Date.now
  if (options.tty) return liveDrawing(options.stream, paintFor(options.color), now)
  return { listen: lineWriter((line) => options.stream.write(line), now), close: () => undefined }
}
