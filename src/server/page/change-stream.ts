import type { Desk } from '../../model/desk.ts'

const THROTTLE = 500 // ms between two messages
const HEARTBEAT = 15_000

// A stream of server-sent events that says when a page may have changed: at most twice a second, and something every 15
// s, so that proxies keep it and a browser that has gone is noticed.
export function changeStream(onChange: Desk['onChange'], signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let close = () => {}
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let last = 0
      let later: NodeJS.Timeout | undefined
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      const change = () => {
        later = undefined
        // One who does not read gets no more: what waits for him says all.
        if ((controller.desiredSize ?? 0) <= -8) return
        last = Date.now()
        send('event: change\ndata: \n\n')
      }
      const stop = onChange(() => {
        later ??= setTimeout(change, Math.max(0, last + THROTTLE - Date.now()))
      })
      const heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > -8) send(': still here\n\n')
      }, HEARTBEAT)
      close = () => {
        stop()
        clearTimeout(later)
        clearInterval(heartbeat)
        signal.removeEventListener('abort', aborted)
      }
      const aborted = () => {
        close()
        controller.close()
      }
      signal.addEventListener('abort', aborted)
      send('retry: 2000\n\n')
    },
    cancel() {
      close()
    },
  })
}
