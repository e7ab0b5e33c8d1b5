import { setMaxListeners } from 'node:events'
import { access } from 'node:fs/promises'
import { FlightError, onServer } from '../model/errors.ts'
import type { Server } from '../model/server.ts'
import type { Connection } from './connection.ts'
import { createDialer } from './dialer.ts'
import { limitHandshakes } from './handshakes.ts'
import { scanHostKey, type ScannedKey } from './host-key-scan.ts'
import { type HostKeys, knownHostsReader, needsAuthority, readHostKeys } from './host-keys.ts'
import { type AskPassphrase, createKeyFiles, readPublicFile } from './key-files.ts'
import { createOpenSsh } from './openssh.ts'
import type { Route } from './route.ts'
import { createRoutes, hopTo } from './routes.ts'
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
  scanHostKey(server: Server): Promise<ScannedKey> // for `flight trust`: nothing is accepted by it
  close(): void
}

export function createConnector(options: ConnectorOptions): Connector {
  const { signal } = options
  if (signal !== undefined) setMaxListeners(0, signal) // one listener for each server that is connecting
  const readKnown = knownHostsReader()
  const hostKeysOf = (route: Route): Promise<HostKeys> => readHostKeys(route, readKnown)
  const routes = createRoutes(options, (text) => options.warn(text))
  const keyFiles = createKeyFiles((file) => options.askPassphrase(file))
  const handshakes = limitHandshakes()
  const dialer = createDialer({ routes, keyFiles, hostKeysOf, handshakes, signal })
  const openSsh = createOpenSsh(options, handshakes, signal)
  const open = new Set<Connection>()

  const overSsh2 = async (server: Server, route: Route): Promise<Connection> => {
    if (route.proxyCommand !== undefined) throw needsOpenSsh(server, 'it is reached through a ProxyCommand')
    const { client, hostKey, socket } = await dialer.logIn(route)
    return wrapClient(server.name, route.user, { client, hostKey }, socket)
  }
  const takesOpenSsh = async ({ ssh }: Server, route: Route): Promise<boolean> =>
    ssh.transport === 'openssh' ||
    (ssh.transport === 'auto' && (await whyOpenSsh(route, hostKeysOf, routes.toJump)) !== undefined)

  return {
    connect: async (server) => {
      const route = await routes.toServer(server)
      const connection = (await takesOpenSsh(server, route))
        ? await openSsh.connect(hopTo(server), route, await hostKeysOf(route))
        : await overSsh2(server, route)
      open.add(connection)
      void connection.lost.then(() => open.delete(connection))
      return connection
    },
    scanHostKey: async (server) => {
      const route = await routes.toServer(server)
      if (route.proxyCommand !== undefined) throw cannotScan(server, route)
      return scanHostKey(route, await dialer.openSocket(route), await hostKeysOf(route))
    },
    close: () => {
      for (const connection of open) connection.close()
      dialer.close()
      openSsh.close()
    },
  }
}

function needsOpenSsh(server: Server, why: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_UNREACHABLE',
    ...onServer(server.name),
    what: `transport ssh2 cannot reach it: ${why}`,
    hint: 'Set `transport` to auto or openssh.',
  })
}

function cannotScan(server: Server, route: Route): FlightError {
  return new FlightError({
    code: 'FLIGHT_UNREACHABLE',
    ...onServer(server.name),
    what: 'its host key cannot be fetched through a ProxyCommand',
    hint: `Connect once by hand and accept the key there: ssh -p ${route.port} ${route.user}@${server.host} true`,
  })
}

// Why only the ssh program can go this way; undefined when ssh2 can.
async function whyOpenSsh(
  route: Route,
  hostKeysOf: (route: Route) => Promise<HostKeys>,
  toJump: (spec: string, seconds: number) => Promise<Route>,
): Promise<string | undefined> {
  if (route.proxyCommand !== undefined) return 'it is reached through a ProxyCommand'
  if (route.certificateFiles.length > 0) return 'ssh_config names a CertificateFile'
  for (const file of route.identityFiles) {
    if (await exists(`${file}-cert.pub`)) return `${file} has a certificate`
    if (route.identitiesNamed && (await readPublicFile(file))?.type.startsWith('sk-') === true)
      return `${file} is a security key`
  }
  if (needsAuthority(await hostKeysOf(route))) return 'known_hosts trusts a certificate authority for it'
  if (route.jump === undefined) return undefined
  const jump = await toJump(route.jump, route.connectTimeout / 1000)
  const why = await whyOpenSsh(jump, hostKeysOf, toJump)
  return why === undefined ? undefined : `${jump.server}: ${why}`
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
