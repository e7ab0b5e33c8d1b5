import type { Desk } from '../../model/desk.ts'
import type { NumberedEvent } from '../../model/request.ts'
import { logLines } from '../../views/request-lines.ts'

const PAGE = 500

// The log so far, read in pieces.
export async function* logOf({ store }: Desk, id: number): AsyncGenerator<string> {
  for (let after = 0; ;) {
    const events = await store.events(id, after, PAGE)
    const text = events.map(logLines).join('')
    if (text !== '') yield text
    const last = events.at(-1)
    if (last === undefined || events.length < PAGE) return
    after = last.n
  }
}

// The log, and what comes later.
export async function* followedLog(desk: Desk, id: number, signal: AbortSignal): AsyncGenerator<string> {
  for await (const event of desk.follow(id, 0, signal)) {
    const text = logLines(event)
    if (text !== '') yield text
  }
}

// The events after `after` as server-sent events. Only a request
// that ended says `end`: a browser asks again for any other.
export async function* sentEvents(desk: Desk, id: number, after: number, signal: AbortSignal): AsyncGenerator<string> {
  yield 'retry: 2000\n\n'
  for await (const event of desk.follow(id, after, signal)) yield sentEvent(event)
  // Following ends as well when the server stops.
  if (!signal.aborted && (await desk.store.request(id))?.ended !== null) yield 'event: end\ndata: {}\n\n'
}

function sentEvent({ n, at, told }: NumberedEvent): string {
  return `id: ${n}\ndata: ${JSON.stringify({ n, at, told })}\n\n`
}
