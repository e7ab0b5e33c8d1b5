// A clock that can be stopped while a person types a passphrase.
export type Deadline = {
  passed: Promise<void> // resolves when the time is up, never otherwise
  pauseDuring<T>(work: Promise<T>): Promise<T>
  stop(): void
}

export function startDeadline(milliseconds: number): Deadline {
  let timer: NodeJS.Timeout | undefined
  let ring: () => void = () => undefined
  const passed = new Promise<void>((resolve) => {
    ring = resolve
  })
  let left = milliseconds
  let since = 0
  let paused = 0
  let stopped = false
  const run = (): void => {
    since = Date.now()
    if (!stopped) timer = setTimeout(ring, left)
  }
  run()
  return {
    passed,
    pauseDuring: async (work) => {
      if (paused === 0) {
        clearTimeout(timer)
        left = Math.max(0, left - (Date.now() - since))
      }
      paused += 1
      try {
        return await work
      } finally {
        paused -= 1
        if (paused === 0) run()
      }
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
