import { connect, type Socket } from 'node:net'
import { interrupted, noAnswerInTime, reasonOf, unreachable } from './failures.ts'
import type { Route } from './route.ts'

// A TCP connection to the route's address, without Nagle's algorithm (an exec takes 2 ms instead of 45).
export function openSocket(route: Route, signal: AbortSignal | undefined): Promise<Socket> {
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
