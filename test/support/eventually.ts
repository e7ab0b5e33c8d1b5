import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'

// Bounds what hangs: a machine may be as slow as it likes.
const MINUTES = 5

// Looks every few milliseconds until something is found, and gives it; fails with what was waited for.
export async function eventually<T>(
  find: () => T | undefined | false | Promise<T | undefined | false>,
  what = String(find),
): Promise<T> {
  for (const end = Date.now() + MINUTES * 60_000; Date.now() < end; await sleep(5)) {
    const found = await find()
    if (found !== undefined && found !== false) return found
  }
  throw new Error(`not in ${MINUTES} minutes: ${what}`)
}

// Lets all that is ready run in this process, without a clock: what has not happened then waits for something.
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await turn()
}
