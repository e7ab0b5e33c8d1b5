import { FlightError } from '../../model/errors.ts'
import type { Connect, Host } from '../../model/host.ts'
import type { Server } from '../../model/server.ts'

// A host that can be handed on: whether it still answers after nobody has spoken with it for so many milliseconds.
export type LastingHost = Host & { isUsable(idle: number): Promise<boolean> }

// For how long a failure is news, in milliseconds.
const HANDED_ON = 60_000

// Gives a Connect whose hosts stay connected when they are closed, for whoever connects to the same server next: what a
// plan has opened, its apply goes on with. One that has gone meanwhile is opened anew. That a server could not be
// reached is handed on as well, once: an apply asks again what its plan could not ask, and need not wait for it again.
export function keepingHosts(open: (server: Server) => Promise<LastingHost>): Connect {
  const idle = new Map<string, { host: LastingHost; since: number }[]>()
  const unreached = new Map<string, { error: FlightError; since: number }>()
  const idleOn = ({ name }: Server) => idle.get(name) ?? idle.set(name, []).get(name) ?? []

  const lend = (server: Server, host: LastingHost): Host => {
    let isLent = true
    const close = () => {
      if (isLent) idleOn(server).push({ host, since: Date.now() })
      isLent = false
    }
    return { ...host, close }
  }

  return async (server) => {
    for (let kept = idleOn(server).pop(); kept !== undefined; kept = idleOn(server).pop()) {
      if (await kept.host.isUsable(Date.now() - kept.since)) return lend(server, kept.host)
      kept.host.close()
    }
    const failure = unreached.get(server.name)
    unreached.delete(server.name)
    if (failure !== undefined && Date.now() - failure.since < HANDED_ON) throw failure.error
    try {
      return lend(server, await open(server))
    } catch (error) {
      if (error instanceof FlightError && error.exit === 6) unreached.set(server.name, { error, since: Date.now() })
      throw error
    }
  }
}
