type Streamed = {
  stop: AbortController
  ended(): void
  failed(error: unknown): void
  beat?: { text: string; every: number }
}

// A body that is made as it is read: nothing is kept for a reader who is slow. `stop` is called when the reader has
// gone; `ended` once, whatever ended it. A fault ends the body as it stands, and is told.
export function textStream(
  pieces: AsyncIterator<string>,
  { stop, ended, failed, beat }: Streamed,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const end = () => {
    if (isOver) return
    isOver = true
    clearInterval(timer)
    ended()
  }
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (beat === undefined) return
      timer = setInterval(() => {
        if (!isOver && (controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(beat.text))
      }, beat.every)
      timer.unref()
    },
    pull: async (controller) => {
      try {
        const { done, value } = await pieces.next()
        if (isOver) return
        if (done !== true) return controller.enqueue(encoder.encode(value))
      } catch (error) {
        if (!stop.signal.aborted) failed(error)
        if (isOver) return
      }
      end()
      controller.close()
    },
    cancel: async () => {
      end()
      stop.abort()
      await pieces.return?.()
    },
  })
}
