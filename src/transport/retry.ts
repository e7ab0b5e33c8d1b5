import { setTimeout as sleep } from 'node:timers/promises'
import type { FlightError } from '../model/errors.ts'

// The server hung up before it said anything about us. sshd's MaxStartups does that, and trying again helps.
export class HungUpEarly extends Error {
  readonly told: FlightError

  constructor(told: FlightError) {
    super(told.message)
    this.told = told
  }
}

const ATTEMPTS = 5

// Tries again, a little later each time, as long as the server hangs up early.
export async function retryWhenHungUp<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof HungUpEarly)) throw error
      if (attempt === ATTEMPTS || signal?.aborted === true) throw error.told
      await sleep(100 * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}
