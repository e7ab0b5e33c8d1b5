import type { DoorContext, Doorkeeper } from './door-options.ts'
import { takePlace } from './take-place.ts'

// A stream of the pages, bound like those of the doors: it takes a place, and ends when the doors close.
export function boundBody(c: DoorContext, { streams, closing }: Doorkeeper, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> | null {
  const reader = body.getReader()
  const cancel = () => void reader.cancel().catch(() => undefined) // it has ended already
  if (c.req.method === 'HEAD') {
    cancel()
    return null
  }
  let release: () => void
  try {
    release = takePlace(streams, c)
  } catch (error) {
    cancel()
    throw error
  }
  const end = () => {
    closing.removeEventListener('abort', cancel)
    release()
  }
  closing.addEventListener('abort', cancel)
  if (closing.aborted) cancel()
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await reader.read()
      if (!done) return controller.enqueue(value)
      end()
      controller.close()
    },
    cancel: () => {
      end()
      cancel()
    },
  })
}
