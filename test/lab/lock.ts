import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

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

// Makes something of a folder unless it is there, one process of this machine at a time: who comes second waits for the
// first and finds it made. What a killed process began is made anew by the next.
export async function makeOnce(folder: string, isThere: () => boolean, make: () => Promise<void>): Promise<void> {
  const name = `\0flight-lab-making-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`
  while (!isThere()) {
    const giveBack = await takeName(name)
    if (giveBack === undefined) {
      await sleep(200)
      continue
    }
    try {
      if (!isThere()) await make()
      return
    } finally {
      giveBack()
    }
  }
}
