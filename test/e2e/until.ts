import { setTimeout as sleep } from 'node:timers/promises'
import { type LabHost } from '../lab/host.ts'

// Bounds what hangs. Nothing that is waited for takes a minute, but a machine may be as slow as it likes.
const MINUTES = 15
// Between two looks, in milliseconds: what is waited for needs the CPU too. Looking takes a fifth of the time at most,
// and what was waited for long is looked at seldom.
function pause(waited: number, looked: number): number {
  return Math.max(300, waited / 20, looked * 4)
}

// Asks again until it is so; fails with what was waited for and what was seen last.
export async function until<T>(what: string, ask: () => Promise<T> | T, isSo: (answer: T) => boolean): Promise<T> {
  const start = Date.now()
  for (;;) {
    const from = Date.now()
    const answer = await ask()
    if (isSo(answer)) return answer
    const now = Date.now()
    if (now > start + MINUTES * 60_000)
      throw new Error(`${what}: not in ${MINUTES} minutes; last seen: ${JSON.stringify(answer)}`)
    await sleep(pause(now - start, now - from))
  }
}

// Waits until a file is there on a host.
export async function appears(host: LabHost, path: string): Promise<void> {
  await until(
    `${path} on ${host.name}`,
    () => host.run(`[ -e '${path}' ]`),
    ({ code }) => code === 0,
  )
}
