import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

// A relay in front of an sshd that stands for a slow line behind a bastion: what it holds back has left the client.
export type Gate = { port: number; passages: Passage[]; next: { passes: number }; stop(): Promise<void> }

// One connection through it.
export type Passage = {
  holds(bytes: number): Promise<void> // resolves when so many bytes are held back
  cutClient(): void // the client's end is gone; the server does not know
  release(): void // the server gets what was held, and all that comes
  end(): Promise<void> // resolves when the server has hung up
}

// Each connection passes `next.passes` bytes towards the server and holds back the rest.
export async function startGate(host: string, port: number): Promise<Gate> {
  const passages: Passage[] = []
  const next = { passes: Infinity }
  const sockets = new Set<Socket>()
  const listener = createServer((client) => {
    const server = connect(port, host)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.setNoDelay(true).on('error', () => undefined)
    }
    passages.push(passage(client, server, next.passes))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: (listener.address() as AddressInfo).port,
    passages,
    next,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

function passage(client: Socket, server: Socket, passes: number): Passage {
  let [left, held, wanted] = [passes, Buffer.alloc(0), Infinity]
  let isCut = false
  let enough: () => void = () => undefined
  client.on('data', (chunk) => {
    const through = chunk.subarray(0, Math.min(left, chunk.length))
    left -= through.length
    if (through.length > 0) server.write(through)
    held = Buffer.concat([held, chunk.subarray(through.length)])
    if (held.length >= wanted) enough()
  })
  server.on('data', (chunk) => void client.write(chunk))
  server.on('close', () => client.destroy())
  client.on('close', () => isCut || server.destroy())
  return {
    holds: (bytes) =>
      new Promise((resolve) => {
        ;[wanted, enough] = [bytes, resolve]
        if (held.length >= bytes) resolve()
      }),
    cutClient: () => {
      isCut = true
      client.destroy()
    },
    release: () => {
      left = Infinity
      server.write(held)
      held = Buffer.alloc(0)
    },
    end: async () => {
      if (server.destroyed) return
      server.end()
      await once(server, 'close')
    },
  }
}
