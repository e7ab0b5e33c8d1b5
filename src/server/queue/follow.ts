import type { NumberedEvent } from '../../model/request.ts'
import type { Store } from '../../model/store.ts'

// How many are read at once.
const PAGE = 500

// Wakes whoever waits for news of a request, or of anything (undefined).
export type Bell = { ring(id?: number): void; hear(id: number | undefined, call: () => void): () => void }

export function createBell(): Bell {
  const waiting = new Map<number | undefined, Set<() => void>>()
  const call = (id: number | undefined) => {
    for (const each of waiting.get(id) ?? []) each()
  }
  return {
    ring(id) {
      if (id !== undefined) call(id)
      call(undefined)
    },
    hear(id, each) {
      const calls = waiting.get(id) ?? new Set()
      waiting.set(id, calls.add(each))
      return () => {
        calls.delete(each)
        if (calls.size === 0) waiting.delete(id)
      }
    },
  }
}

type Followed = { store: Store; bell: Bell; id: number; after: number; signal: AbortSignal }

// All that is told of a request after `after`, from the store alone, what
// comes later included, until it ends: whoever reads slowly costs no memory.
export async function* followFrom({ store, bell, id, after, signal }: Followed): AsyncGenerator<NumberedEvent> {
  let at = after
  let wake: () => void = () => undefined
  let rung = false
  const stop = bell.hear(id, () => {
    rung = true
    wake()
  })
  const abort = () => wake()
  signal.addEventListener('abort', abort)
  try {
    while (!signal.aborted) {
      rung = false
      const request = await store.request(id)
      const events = await store.events(id, at, PAGE)
      for (const event of events) {
        if (signal.aborted) return
        yield event
        at = event.n
        if (event.told.event === 'ends') return
      }
      if (events.length > 0) continue
      if (request === undefined || request.ended !== null) return
      await new Promise<void>((resolve) => {
        wake = resolve
        if (rung || signal.aborted) resolve()
      })
    }
  } finally {
    stop()
    signal.removeEventListener('abort', abort)
  }
}
