import { setTimeout as sleep } from 'node:timers/promises'
import { type LabHost } from '../lab/host.ts'

// Bounds what hangs. Nothing that is waited for takes a minute, but a machine may be as slow as it likes.
const MINUTES = 15
// Between two looks: each is a process or two on a host, and what is waited for needs the CPU too.
const PAUSE = 300 // milliseconds

// Asks again until it is so; fails with what was waited for and what was seen last.
export async function until<T>(what: string, ask: () => Promise<T> | T, isSo: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + MINUTES * 60_000
  for (;;) {
    const answer = await ask()
    if (isSo(answer)) return answer
    if (Date.now() > end) throw new Error(`${what}: not in ${MINUTES} minutes; last seen: ${JSON.stringify(answer)}`)
    await sleep(PAUSE)
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
