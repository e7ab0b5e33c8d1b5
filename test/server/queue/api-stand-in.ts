import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const TOKEN = 'flight_abc123_S3CRETS3CRET'

export type Story = {
  lines: readonly string[] // of the log
  ends: 'succeeded' | 'failed' | 'never'
  // What goes wrong: for so many times each.
  dropAsks?: number // the release is accepted, and the answer is lost
  busyAsks?: number // 503 before anything is accepted
  dropLogs?: number // in the middle of a line
  dropResults?: number
}

// What pipelines see of the deployment server, with the faults of
// a network before it. It shows in `asked` what was asked of it.
export async function aDeploymentServer(
  story: Story,
): Promise<{ url: string; asked: string[]; bodies: string[]; releases: Map<string, number>; close(): Promise<void> }> {
  const asked: string[] = []
  const bodies: string[] = []
  const releases = new Map<string, number>()
  const left = {
    asks: story.dropAsks ?? 0,
    busy: story.busyAsks ?? 0,
    logs: story.dropLogs ?? 0,
    results: story.dropResults ?? 0,
  }

  const ask = (request: IncomingMessage, answer: ServerResponse, body: string) => {
    bodies.push(body)
    if (left.busy-- > 0) return answer.writeHead(503).end('starting')
    const key = String(request.headers['idempotency-key'])
    const id = releases.get(key) ?? 40 + releases.size + 1
    releases.set(key, id)
    if (left.asks-- > 0) return request.socket.resetAndDestroy()
    return answer.writeHead(202, { 'content-type': 'text/plain' }).end(`${url}/v1/releases/${id}\n`)
  }
  const log = (answer: ServerResponse) => {
    answer.writeHead(200, { 'content-type': 'text/plain' })
    const isDropped = left.logs-- > 0
    const shown = isDropped ? story.lines.slice(0, Math.ceil(story.lines.length / 2)) : story.lines
    answer.write(shown.map((line) => `${line}\n`).join(''))
    if (isDropped) answer.write('half a li', () => setTimeout(() => answer.destroy(), 30))
    else answer.end()
  }
  const result = (request: IncomingMessage, answer: ServerResponse) => {
    if (left.results-- > 0) return request.socket.resetAndDestroy()
    if (story.ends === 'never') return answer.writeHead(202).end('going on\n')
    return story.ends === 'succeeded'
      ? answer.writeHead(200).end('succeeded\n')
      : answer.writeHead(409).end('failed: web-1 answered 500\n')
  }

  const server = createServer((request, answer) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const what = `${request.method} ${request.url}`
      asked.push(what)
      if (request.headers.authorization !== `Bearer ${TOKEN}`)
        answer.writeHead(401, { 'content-type': 'text/plain' }).end('This token is not known\n')
      else if (what === 'POST /v1/apps/shop/releases') ask(request, answer, body)
      else if (what === 'GET /v1/releases/41/log?follow=1') log(answer)
      else if (what === 'GET /v1/releases/41/result') result(request, answer)
      else answer.writeHead(404).end('There is nothing here\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, asked, bodies, releases, close }
}
