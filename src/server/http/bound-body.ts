import type { DoorContext, Doorkeeper } from './door-options.ts'
import { waitForNews } from './wait-for-news.ts'

// A stream of the pages, bound like those of the doors: it takes a place, and ends when whoever asked may look no
// longer. A fault ends it as it stands, and is told.
export function boundBody(
  c: DoorContext,
  keeper: Doorkeeper,
  body: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> | null {
  const reader = body.getReader()
  const cancel = () => void reader.cancel().catch(() => undefined) // it has ended already
  if (c.req.method === 'HEAD') {
    cancel()
    return null
  }
  let release: () => void
  try {
    release = waitForNews(keeper.streams, c, keeper, cancel)
  } catch (error) {
    cancel()
    throw error
  }
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await reader.read().catch((error: unknown) => keeper.failed(error))
      if (next?.done === false) return controller.enqueue(next.value)
      release()
      controller.close()
    },
    cancel: () => {
      release()
      cancel()
    },
  })
}
