import type { Server } from '../model/server.ts'
import type { Connection } from './connection.ts'
import { createDialer } from './dialer.ts'
import { limitHandshakes } from './handshakes.ts'
import { readKnownHosts } from './host-keys.ts'
import { createKeyFiles, type AskPassphrase } from './key-files.ts'
import type { KnownHost } from './known-hosts.ts'
import { createRoutes } from './routes.ts'
import type { LocalWorld } from './ssh-config.ts'
import { wrapClient } from './ssh2-connection.ts'

export type ConnectorOptions = LocalWorld & {
  askPassphrase: AskPassphrase // undefined: the key stays locked
  signal: AbortSignal | undefined // aborting ends what is connecting; open connections stay
  warn(text: string): void
}

// Connects to servers. One connector per run: keys, passphrases and jump hosts are shared through it.
export type Connector = {
  connect(server: Server): Promise<Connection>
  close(): void
}

export function createConnector(options: ConnectorOptions): Connector {
  const known = new Map<string, Promise<KnownHost[]>>()
  const readKnown = (file: string): Promise<KnownHost[]> => {
    const entries = known.get(file) ?? readKnownHosts(file)
    known.set(file, entries)
    return entries
  }
  const routes = createRoutes(options, (text) => options.warn(text))
  const keyFiles = createKeyFiles((file) => options.askPassphrase(file))
  const dialer = createDialer({ routes, keyFiles, readKnown, handshakes: limitHandshakes(), signal: options.signal })
  const open = new Set<Connection>()

  return {
    connect: async (server) => {
      const route = await routes.toServer(server)
      const { client, hostKey, socket } = await dialer.logIn(route)
      const connection = wrapClient(server.name, route.user, { client, hostKey }, socket)
      open.add(connection)
      void connection.lost.then(() => open.delete(connection))
      return connection
    },
    close: () => {
      for (const connection of open) connection.close()
      dialer.close()
    },
  }
}
