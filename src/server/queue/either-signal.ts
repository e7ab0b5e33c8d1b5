// Aborted when one of two is. Node 20 keeps what AbortSignal.any()
// made by weak references alone: it may be collected, and never fire.
export function eitherSignal(one: AbortSignal, other: AbortSignal): { signal: AbortSignal; release(): void } {
  const both = new AbortController()
  const abort = () => both.abort()
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort()
    signal.addEventListener('abort', abort, { once: true })
  }
  return {
    signal: both.signal,
    release: () => {
      for (const signal of [one, other]) signal.removeEventListener('abort', abort)
    },
  }
}
