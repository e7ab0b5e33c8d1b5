import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { FlightError, onServer } from '../model/errors.ts'
import { interrupted, noAnswerInTime, reasonInText, reasonOf, unreachable } from './failures.ts'
import type { Handshakes } from './handshakes.ts'
import type { HostKeys } from './host-keys.ts'
import type { KeyFiles } from './key-files.ts'
import { watchPeer } from './peer-watch.ts'
import { retryWhenHungUp } from './retry.ts'
import { networkAddress, type Route } from './route.ts'
import type { Routes } from './routes.ts'
import { type LoggedIn, logIn } from './ssh2-login.ts'

type Dialed = LoggedIn & { socket: Duplex }

type DialerOptions = {
  routes: Routes
  keyFiles: KeyFiles
  handshakes: Handshakes
  hostKeysOf(route: Route): Promise<HostKeys>
  signal: AbortSignal | undefined
}

// Opens ways to addresses: directly, or through jump hosts that all servers behind them share.
type Dialer = {
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
    const door = route.jump === undefined ? networkAddress(route) : `via ${route.jump}`
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

// A TCP connection to the route's address, without Nagle's algorithm (an exec takes 2 ms instead of 45).
function openSocket(route: Route, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: route.host, port: route.port, noDelay: true })
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off('connect', onConnect)
      act()
    }
    const giveUp = (error: Error): void => {
      settle(() => reject(error))
      socket.on('error', () => undefined) // what still comes belongs to nobody
      socket.destroy()
    }
    const onError = (error: Error): void => giveUp(unreachable(route, reasonOf(error), undefined))
    const onConnect = (): void => settle(() => resolve(socket))
    const onAbort = (): void => giveUp(interrupted(route.server))
    const timer = setTimeout(
      () => giveUp(noAnswerInTime(route, 'answer', route.connectTimeout, undefined)),
      route.connectTimeout,
    )
    socket.once('error', onError)
    socket.once('connect', onConnect)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted === true) onAbort()
  })
}
