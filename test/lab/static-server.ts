import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'

// Files of a folder over HTTP. `requests` holds "METHOD PATH STATUS" of everything that was asked.
export type StaticServer = { url: string; requests: string[]; close(): Promise<void> }

// Serves a folder at an address; does not keep the process alive.
export function serveFolder(folder: string, address: string, port = 0): Promise<StaticServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://lab').pathname))
    const file = join(folder, path)
    const found = existsSync(file) && statSync(file).isFile()
    requests.push(`${request.method} ${path} ${found ? 200 : 404}`)
    if (!found) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-length': statSync(file).size })
    if (request.method === 'HEAD') response.end()
    else createReadStream(file).pipe(response)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.unref()
      const url = `http://${address}:${(server.address() as AddressInfo).port}`
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done())
          server.closeAllConnections()
        })
      resolve({ url, requests, close })
    })
  })
}
