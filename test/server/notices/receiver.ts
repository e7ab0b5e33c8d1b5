import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const HIDDEN = 'T0SECRET'

export type Heard = { path: string; headers: IncomingMessage['headers']; body: string }
export type Answer = (answer: ServerResponse, heard: Heard) => void

// Somebody's webhook: a server of its own, and a file with its address.
export async function aWebhook(
  answer: Answer,
): Promise<{ heard: Heard[]; port: number; file: string; folder: string; close(): Promise<void> }> {
  const heard: Heard[] = []
  const server = createServer((asked, response) => {
    let body = ''
    asked.setEncoding('utf8').on('data', (text: string) => (body += text))
    asked.on('end', () => {
      const one = { path: asked.url ?? '', headers: asked.headers, body }
      heard.push(one)
      answer(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const folder = mkdtempSync(join(tmpdir(), 'flight-webhook-'))
  const file = join(folder, 'team.url')
  writeFileSync(file, `http://127.0.0.1:${port}/services/${HIDDEN}\n`)
  const close = async () => {
    rmSync(folder, { recursive: true, force: true })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { heard, port, file, folder, close }
}
