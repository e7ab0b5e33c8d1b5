import { homedir, userInfo } from 'node:os'
import { keepingHosts } from '../engine/host/kept-hosts.ts'
import { openRemoteHost } from '../engine/host/remote-host.ts'
import type { Definitions } from '../model/definitions.ts'
import type { Listener } from '../model/event.ts'
import type { Connect } from '../model/host.ts'
import type { Secret } from '../model/secret.ts'
import type { Server } from '../model/server.ts'
import { createConnector, type Connector } from '../transport/connector.ts'
import type { LocalWorld } from '../transport/ssh-config.ts'

// What everything works with that talks to servers.
export type Session = {
  definitions: Definitions
  parallel: number
  who: string // whose work it is, for locks, records and receipts
  connector: Connector
  connect: Connect
  listen: Listener
  signal: AbortSignal
  endProgress(): void // before something else is shown or asked; the next event begins it anew
}

// Whoever opens a session: who listens, who may be asked for a passphrase, and what ends it. `stays`: a server that was
// asked stays connected until the end, for what plans and then applies.
export type Opening = {
  definitions: Definitions
  parallel?: number | undefined
  who: string
  stays: boolean
  listen: Listener
  signal: AbortSignal
  askPassphrase?(file: string): Promise<Secret | undefined> // without: nobody is asked, and the key stays locked
  endProgress?(): void
}

// Opens what works with servers and closes it however the work ends.
export async function withSession<T>(opening: Opening, work: (session: Session) => Promise<T>): Promise<T> {
  const { definitions, parallel, who, stays, listen, signal, askPassphrase, endProgress } = opening
  const connector = createConnector({
    ...localWorld(process.env),
    askPassphrase: askPassphrase ?? (async () => undefined),
    signal,
    warn: (text) => listen({ event: 'note', text }),
  })
  const open = (server: Server) => openRemoteHost(server, (to) => connector.connect(to))
  try {
    return await work({
      definitions,
      parallel: parallel ?? definitions.settings.parallel,
      who,
      connector,
      connect: stays ? keepingHosts(open) : open,
      listen,
      signal,
      endProgress: endProgress ?? (() => undefined),
    })
  } finally {
    connector.close()
  }
}

// What of this machine decides how servers are reached.
// FLIGHT_SSH_CONFIG names another file than ~/.ssh/config, as ssh -F.
export function localWorld(env: NodeJS.ProcessEnv): LocalWorld {
  return {
    home: homedir(),
    localUser: userInfo().username,
    agentSocket: given(env['SSH_AUTH_SOCK']),
    sshConfigFile: given(env['FLIGHT_SSH_CONFIG']),
    knownHostsFile: undefined,
  }
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
