import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from './connection.ts'
import type { Handshakes } from './handshakes.ts'
import type { HostKeys } from './host-keys.ts'
import { wrapMaster } from './openssh-connection.ts'
import { startMaster } from './openssh-master.ts'
import { retryWhenHungUp } from './retry.ts'
import { networkAddress, type Route } from './route.ts'
import { sshArguments, type Hop, type LocalWorld } from './ssh-config.ts'

// Connections by the ssh program, for what ssh2 cannot do. Control sockets lie in a folder that only we may enter.
export type OpenSsh = {
  connect(hop: Hop, route: Route, hostKeys: HostKeys): Promise<Connection>
  close(): void
}

export function createOpenSsh(world: LocalWorld, handshakes: Handshakes, signal: AbortSignal | undefined): OpenSsh {
  const environment: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C' }
  if (world.agentSocket === undefined) delete environment['SSH_AUTH_SOCK']
  else environment['SSH_AUTH_SOCK'] = world.agentSocket
  let folder: string | undefined
  let count = 0
  return {
    connect: (hop, route, hostKeys) => {
      folder ??= mkdtempSync(join(tmpdir(), 'flight-'))
      count += 1
      const socket = join(folder, String(count))
      const known =
        world.knownHostsFile === undefined
          ? []
          : ['-o', `UserKnownHostsFile="${world.knownHostsFile}"`, '-o', 'GlobalKnownHostsFile=none']
      const words = [...known, ...sshArguments(hop, world.sshConfigFile), '--', hop.host]
      const door = route.jump === undefined ? networkAddress(route) : `via ${route.jump}`
      return handshakes(door, () =>
        retryWhenHungUp(signal, async () => {
          const master = await startMaster({ route, hostKeys, words, socket, environment, signal })
          return wrapMaster(hop.server, route.user, master, socket)
        }),
      )
    },
    close: () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
      folder = undefined
    },
  }
}
