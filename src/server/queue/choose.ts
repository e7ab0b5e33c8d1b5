import type { Request } from '../../model/request.ts'

// How many may run side by side: in all, and on one server.
export type Limits = { atOnce: number; perServer: number }

// Which of those that wait begin now. Pure. Of one app the oldest alone, and none beside one
// that runs; a younger one of another app may pass where the oldest has to wait for its
// servers. `unfinished`: the oldest first; `serversOf`: none for an app that is not defined.
export function choose(
  unfinished: readonly Request[],
  now: string,
  serversOf: (app: string) => readonly string[],
  { atOnce, perServer }: Limits,
): Request[] {
  const running = unfinished.filter(({ state }) => state === 'running')
  const apps = new Set(running.map(({ app }) => app))
  const load = new Map<string, number>()
  const put = ({ app }: Request) => {
    for (const server of serversOf(app)) load.set(server, (load.get(server) ?? 0) + 1)
  }
  for (const request of running) put(request)
  // Whoever waits longer keeps its place on the servers that it
  // needs: else apps on one server would pass one on two for ever.
  const kept = new Map<string, number>()
  const chosen: Request[] = []
  for (const request of unfinished) {
    if (request.state !== 'waiting' || apps.has(request.app)) continue
    apps.add(request.app)
    if (request.notBefore !== null && request.notBefore > now) continue
    const servers = serversOf(request.app)
    const fits = servers.every((server) => (load.get(server) ?? 0) + (kept.get(server) ?? 0) < perServer)
    if (!fits || running.length + chosen.length >= atOnce) {
      for (const server of servers) kept.set(server, (kept.get(server) ?? 0) + 1)
      continue
    }
    chosen.push(request)
    put(request)
  }
  return chosen
}

// When a request that waits for its time may begin; undefined where none does.
export function nextTime(unfinished: readonly Request[], now: string): string | undefined {
  return unfinished
    .flatMap(({ state, notBefore }) =>
      state === 'waiting' && notBefore !== null && notBefore > now ? [notBefore] : [],
    )
    .sort()[0]
}
