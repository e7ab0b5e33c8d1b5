import { keepingHosts } from '../engine/host/kept-hosts.ts'
import { openRemoteHost } from '../engine/host/remote-host.ts'
import type { Definitions } from '../model/definitions.ts'
import type { Listener } from '../model/event.ts'
import { createConnector } from '../transport/connector.ts'
import { localWorld } from './local-world.ts'
import type { Session } from './session.ts'

type Serving = { definitions: Definitions; who: string; listen: Listener; signal: AbortSignal }

// Works with the servers as a command does, without a terminal:
// nobody is asked, nothing is drawn. Closed however the work ends.
export async function withServingSession<T>(
  { definitions, who, listen, signal }: Serving,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const connector = createConnector({
    ...localWorld(process.env),
    askPassphrase: async () => undefined,
    signal,
    warn: (text) => listen({ event: 'note', text }),
  })
  try {
    return await work({
      definitions,
      parallel: definitions.settings.parallel,
      who,
      connector,
      connect: keepingHosts((server) => openRemoteHost(server, (to) => connector.connect(to))),
      listen,
      signal,
      interrupted: () => undefined,
      endProgress: () => undefined,
    })
  } finally {
    connector.close()
  }
}
