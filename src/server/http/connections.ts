import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { groupOf, plainAddress } from './proxies.ts'

type Connection = { socket: Socket; group: string; asks: 'nothing' | 'slowly' | 'waits' }
type Limits = { all: number; each: number; isExempt(address: string): boolean }

// Keeps the connections within bounds. Where there are too many, the oldest that asks for nothing makes room, then the
// oldest whose request is not whole yet: whoever only holds connections open locks nobody out.
export function boundConnections(
  server: HttpServer,
  { all, each, isExempt }: Limits,
): { count(): number; endAll(): void } {
  const connections = new Map<string, Connection>()
  const makeRoom = (group?: string): boolean => {
    for (const asks of ['nothing', 'slowly'] as const) {
      for (const [key, connection] of connections) {
        if (connection.asks !== asks || (group !== undefined && connection.group !== group)) continue
        connections.delete(key)
        connection.socket.destroy()
        return true
      }
    }
    return false
  }
  const countOf = (group: string) => {
    let sum = 0
    for (const connection of connections.values()) if (connection.group === group) sum++
    return sum
  }
  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '')
    const group = groupOf(address)
    const key = keyOf(socket)
    const isFull =
      (!isExempt(address) && countOf(group) >= each && !makeRoom(group)) || (connections.size >= all && !makeRoom())
    if (isFull) return void socket.destroy()
    const connection: Connection = { socket, group, asks: 'nothing' }
    connections.set(key, connection)
    socket.once('close', () => connections.get(key) === connection && connections.delete(key))
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(keyOf(request.socket))
    if (connection === undefined) return
    connection.asks = request.complete ? 'waits' : 'slowly'
    request.once('end', () => (connection.asks = 'waits'))
    response.once('close', () => (connection.asks = 'nothing'))
  })
  return {
    count: () => connections.size,
    endAll: () => {
      for (const { socket } of connections.values()) socket.destroy()
    },
  }
}

// The same for a TLS socket and for what carries it.
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}
