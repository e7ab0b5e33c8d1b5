import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { FlightError } from '../../model/errors.ts'
import type { ServeSettings } from '../../model/serve-settings.ts'
import type { Audit } from './audit.ts'
import { followPair, readPair } from './certificate.ts'
import { boundConnections } from './connections.ts'
import type { Doors } from './doors.ts'
import { setHeaders } from './headers.ts'
import { refusal } from './problem.ts'
import { isLoopback, plainAddress, trustedProxies } from './proxies.ts'

export type ListenOptions = {
  settings: Pick<ServeSettings, 'listen' | 'tls' | 'trustedProxies'>
  audit: Pick<Audit, 'write'>
  told(text: string): void // for the log: certificates that were read again
  now(): Date
  patience?: number // milliseconds that stop() waits for requests under way
  certificateEvery?: number // milliseconds between two looks at the certificate files
}

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 65_000,
  noDelay: true,
}
const SILENT = 330_000 // longer than the longest wait
const CONNECTIONS = { all: 1000, each: 200 }

// Listens, and gives where, and the way to stop: nothing new
// is taken, streams end, requests under way get a few seconds.
export async function listen(
  { app, endStreams }: Doors,
  options: ListenOptions,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { settings, now, told, patience = 5000, certificateEvery = 10_000 } = options
  const answer = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    errorHandler: unreadable(options),
  })
  const onRequest: Parameters<typeof createServer>[1] = (request, response) => void answer(request, response)
  const tlsServer =
    settings.tls === undefined
      ? undefined
      : createTlsServer({ ...LIMITS, ...(await readPair(settings.tls, now())), handshakeTimeout: 10_000 }, onRequest)
  const server: Server | TlsServer = tlsServer ?? createServer(LIMITS, onRequest)
  server.timeout = SILENT
  const proxies = trustedProxies(settings.trustedProxies)
  const connections = boundConnections(server, {
    ...CONNECTIONS,
    isExempt: (address) => isLoopback(address) || proxies.isTrusted(address),
  })
  server.on('clientError', (error, socket) => refuseClient(error, socket as Socket, options))
  const unfollow =
    tlsServer === undefined || settings.tls === undefined
      ? undefined
      : followPair(tlsServer, settings.tls, { every: certificateEvery, told, now })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new FlightError({
          code: 'FLIGHT_USAGE',
          where: `${settings.listen.host}:${settings.listen.port}`,
          what: `cannot be listened on: ${error.message}`,
          hint: 'choose another address or port with serve.listen',
        }),
      ),
    )
    server.listen(settings.listen.port, settings.listen.host, 4096, resolve)
  })
  const { address, port, family } = server.address() as AddressInfo
  const host = family === 'IPv6' ? `[${address}]` : address
  const url = `${settings.tls === undefined ? 'http' : 'https'}://${host}:${port}`
  const stop = async () => {
    unfollow?.()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    endStreams()
    server.closeIdleConnections()
    const timer = setTimeout(() => {
      server.closeAllConnections()
      connections.endAll()
    }, patience)
    await closed
    clearTimeout(timer)
  }
  return { url, stop }
}

// What never became a request for the doors: an address or a Host that cannot be one.
function unreadable({ audit, now, settings }: ListenOptions): () => Response {
  return () => {
    const response = refusal('bad-request', {
      detail: 'The address or the Host header cannot be read.',
      hint: 'Check the URL.',
    })
    setHeaders(response.headers, { isPage: false, isTls: settings.tls !== undefined })
    audit.write({
      time: now().toISOString(),
      address: '-',
      method: '-',
      path: '-',
      who: null,
      status: 400,
      request: null,
      ms: 0,
    })
    return response
  }
}

// What is no HTTP, too large a head, or too slow.
function refuseClient(error: NodeJS.ErrnoException, socket: Socket, { audit, now }: ListenOptions): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const words = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' }[status]
  audit.write({
    time: now().toISOString(),
    address: plainAddress(socket.remoteAddress ?? '-'),
    method: '-',
    path: '-',
    who: null,
    status,
    request: null,
    ms: 0,
  })
  socket.end(`HTTP/1.1 ${status} ${words}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
