import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { FlightError, onServer } from '../model/errors.ts'
import { noAnswerInTime, reasonInText, reasonOf, unreachable } from './failures.ts'
import type { Handshakes } from './handshakes.ts'
import type { HostKeys } from './host-keys.ts'
import type { KeyFiles } from './key-files.ts'
import { retryWhenHungUp } from './retry.ts'
import { addressOf, type Route } from './route.ts'
import type { Routes } from './routes.ts'
import { openSocket } from './socket.ts'
import { watchPeer } from './peer-watch.ts'
import { logIn, type LoggedIn } from './ssh2-login.ts'

export type Dialed = LoggedIn & { socket: Duplex }

export type DialerOptions = {
  routes: Routes
  keyFiles: KeyFiles
  handshakes: Handshakes
  hostKeysOf(route: Route): Promise<HostKeys>
  signal: AbortSignal | undefined
}

// Opens ways to addresses: directly, or through jump hosts that all servers behind them share.
export type Dialer = {
  openSocket(route: Route): Promise<Duplex>
  logIn(route: Route): Promise<Dialed>
  close(): void
}

export function createDialer(options: DialerOptions): Dialer {
  const jumps = new Map<string, Promise<Dialed>>()

  const jumpTo = (route: Route, spec: string): Promise<Dialed> => {
    const open = jumps.get(spec)
    if (open !== undefined) return open
    const forget = (): void => void (jumps.get(spec) === opening && jumps.delete(spec))
    const opening = options.routes.toJump(spec, route.connectTimeout / 1000).then(async (hop) => {
      const dialed = await enter(hop)
      dialed.client.on('error', forget).on('close', forget)
      watchPeer(dialed.client, dialed.socket, () => dialed.socket.destroy())
      return dialed
    })
    jumps.set(spec, opening)
    opening.catch(forget)
    return opening
  }

  const open = async (route: Route): Promise<Duplex> => {
    if (route.jump === undefined) return openSocket(route, options.signal)
    const { client } = await jumpTo(route, route.jump).catch((error: unknown) => {
      throw onTheWay(route, error)
    })
    return forward(client, route, route.jump)
  }

  const enter = (route: Route): Promise<Dialed> => {
    const door = route.jump === undefined ? addressOf(route) : `via ${route.jump}`
    return options.handshakes(door, async () => {
      const hostKeys = await options.hostKeysOf(route)
      return retryWhenHungUp(options.signal, async () => {
        const socket = await open(route)
        const { keyFiles, signal } = options
        return { ...(await logIn({ route, socket, hostKeys, keyFiles, via: route.jump, signal })), socket }
      })
    })
  }

  return {
    openSocket: open,
    logIn: enter,
    close: () => {
      for (const jump of jumps.values())
        jump.then(
          ({ client }) => client.end(),
          () => undefined,
        )
      jumps.clear()
    },
  }
}

// A way through the jump host. sshd would try for two minutes to reach a silent address; we do not wait that long.
function forward(client: Client, route: Route, via: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      reject(noAnswerInTime(route, 'answer', route.connectTimeout, via))
    }, route.connectTimeout)
    const fail = (error: unknown): void => {
      clearTimeout(timer)
      const reason = reasonOf(error)
      reject(unreachable(route, reasonInText(reason) ?? reason, via))
    }
    const take = (channel: Duplex): void => {
      clearTimeout(timer)
      if (late) channel.destroy()
      else resolve(channel)
    }
    try {
      client.forwardOut('127.0.0.1', 0, route.host, route.port, (error, channel) =>
        error ? fail(error) : take(channel),
      )
    } catch (error) {
      fail(error)
    }
  })
}

// The jump host's failure, told as the failure of the server behind it.
function onTheWay(route: Route, error: unknown): unknown {
  if (!(error instanceof FlightError)) return error
  return new FlightError(
    error.problems.map((p) => ({ ...p, ...onServer(route.server), what: `${p.where}: ${p.what}` })),
  )
}
