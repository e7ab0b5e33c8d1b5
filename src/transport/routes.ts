import { FlightError, onServer } from '../model/errors.ts'
import type { Server } from '../model/server.ts'
import type { Route } from './route.ts'
import { askSsh, defaultRoute, refuseOddHost, type Hop, type LocalWorld } from './ssh-config.ts'

// Finds out how servers and jump hosts are reached; each is asked for once.
export type Routes = {
  toServer(server: Server): Promise<Route>
  toJump(spec: string, connectTimeout: number): Promise<Route>
}

export function createRoutes(world: LocalWorld, warn: (text: string) => void): Routes {
  const known = new Map<string, Promise<Route>>()
  let warned = false
  const ask = async (hop: Hop): Promise<Route> => {
    refuseOddHost(hop.server, hop.host)
    const route = await askSsh(hop, world)
    if (route !== undefined) return route
    if (!warned) warn('There is no ssh program here: ~/.ssh/config is not read, usual keys and known_hosts are used.')
    warned = true
    return defaultRoute(hop, world)
  }
  const once = (hop: Hop): Promise<Route> => {
    const name = JSON.stringify(hop)
    const route = known.get(name) ?? ask(hop)
    known.set(name, route)
    return route
  }
  const toJump = async (spec: string, connectTimeout: number): Promise<Route> => once(readJump(spec, connectTimeout))
  return {
    toServer: async (server) => {
      const route = await once(hopTo(server))
      await refuseLoop(route, toJump)
      return route
    },
    toJump,
  }
}

// A jump host that is only reached through itself (`Host *` with a ProxyJump) would wait for itself for ever.
async function refuseLoop(route: Route, toJump: Routes['toJump']): Promise<void> {
  const passed = new Set<string>()
  for (let jump = route.jump; jump !== undefined;) {
    if (passed.has(jump)) {
      throw new FlightError({
        code: 'FLIGHT_UNREACHABLE',
        ...onServer(route.server),
        what: `the jump host ${jump} is only reached through itself`,
        hint: 'Give the jump host `ProxyJump none` in ~/.ssh/config.',
      })
    }
    passed.add(jump)
    jump = (await toJump(jump, route.connectTimeout / 1000)).jump
  }
}

// What of a server is asked for.
export function hopTo({ name, host, ssh }: Server): Hop {
  return {
    server: name,
    isJump: false,
    host,
    port: ssh.port,
    user: ssh.user,
    jump: ssh.jump,
    identityFile: ssh.identityFile,
    connectTimeout: ssh.connectTimeout,
  }
}

// The last hop of a ProxyJump; the hops before it are its own way.
export function readJump(spec: string, connectTimeout: number): Hop {
  const hops = spec.split(',').map((hop) => hop.trim())
  const last = (hops.pop() ?? '').replace(/^ssh:\/\//, '')
  const at = last.lastIndexOf('@')
  const address = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:]+))(?::(?<port>\d{1,5}))?$/.exec(last.slice(at + 1))
  const host = address?.groups?.['v6'] ?? address?.groups?.['host']
  if (host === undefined) {
    throw new FlightError({
      code: 'FLIGHT_UNREACHABLE',
      where: `jump host ${spec}`,
      what: 'is not of the form [user@]host[:port]',
    })
  }
  const port = address?.groups?.['port']
  return {
    server: `jump host ${host}`,
    isJump: true,
    host,
    port: port === undefined ? undefined : Number(port),
    user: at < 0 ? undefined : last.slice(0, at),
    jump: hops.length === 0 ? undefined : hops.join(','),
    identityFile: undefined,
    connectTimeout,
  }
}
