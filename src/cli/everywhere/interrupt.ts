import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export type Interrupts = {
  signal: AbortSignal
  exit(): number | undefined // 130 or 143 once it was interrupted
  ignore(): void
}

// Turns the first SIGINT or SIGTERM into an abort; the second leaves at once.
export function heedInterrupts(tell: (text: string) => void): Interrupts {
  const controller = new AbortController()
  let exit: number | undefined
  const heed = (name: (typeof SIGNALS)[number]): void => {
    if (exit !== undefined) process.exit(128 + constants.signals[name])
    exit = 128 + constants.signals[name]
    tell('stopping after the running steps; again to leave at once')
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, heed)
  return {
    signal: controller.signal,
    exit: () => exit,
    ignore: () => {
      for (const name of SIGNALS) process.off(name, heed)
    },
  }
}
