import { setTimeout as sleep } from 'node:timers/promises'

// Asks again until it is so, at most so many seconds; fails with what was waited for and what was seen last.
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T> | T,
  isSo: (answer: T) => boolean,
): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (isSo(answer)) return answer
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s; last seen: ${JSON.stringify(answer)}`)
    await sleep(250)
  }
}
