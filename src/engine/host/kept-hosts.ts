import type { Connect, Host } from '../../model/host.ts'
import type { Server } from '../../model/server.ts'

// A host that can be handed on: whether it still answers after nobody has spoken with it for so many milliseconds.
export type LastingHost = Host & { isUsable(idle: number): Promise<boolean> }

// Gives a Connect whose hosts stay connected when they are closed, for whoever connects to the same server next: what a
// plan has opened, its apply goes on with. One that has gone meanwhile is opened anew.
export function keepingHosts(open: (server: Server) => Promise<LastingHost>): Connect {
  const idle = new Map<string, { host: LastingHost; since: number }[]>()
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
    return lend(server, await open(server))
  }
}
