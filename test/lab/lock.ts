import { createServer } from 'node:net'

// Takes a name for this process until it ends or gives it back: an address in the kernel's own namespace of sockets, so
// nothing stale is ever left. Gives nothing when another process has it.
export function takeName(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(name, () => {
      server.unref()
      resolve(() => server.close())
    })
  })
}
