import { createServer, type AddressInfo, type Socket } from 'node:net'

// Something on a loopback port that is no sshd: greets, if it has a greeting, and then is silent or hangs up.
export type Listener = { port: number; connections(): number; stop(): Promise<void> }

export async function listen(greeting?: string): Promise<Listener> {
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).resume()
    if (greeting !== undefined) socket.end(greeting)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    connections: () => sockets.size,
    port: (listener.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
