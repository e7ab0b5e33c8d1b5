import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { matchedRoutes } from 'hono/route'
import { addAppRoutes } from './app-routes.ts'
import { needAsker } from './asker.ts'
import { countingAttempts } from './attempts.ts'
import type { DoorContext, DoorEnv, Doorkeeper, DoorOptions, Origin } from './door-options.ts'
import { setHeaders } from './headers.ts'
import { openApi } from './open-api.ts'
import { addPageRoutes, pageFor } from './page-routes.ts'
import { places } from './places.ts'
import { rooms } from './rooms.ts'
import { refusal } from './problem.ts'
import { clientAddress, groupOf, isLoopback, plainAddress, type Proxies, trustedProxies } from './proxies.ts'
import { addReleaseRoutes } from './release-routes.ts'
import { addRequestRoutes } from './request-routes.ts'
import { addWebhookRoutes } from './webhook-routes.ts'

// The doors, and the way to end what streams out of them.
export type Doors = { app: Hono<DoorEnv>; endStreams(): void }

const STREAMS = { all: 100, each: 10 }
const BODIES = { bodies: 500, bytes: 100 * 1024 * 1024, patience: 2000 }
const WAITS = { all: 500, each: 100 }

// Everything that the deployment server answers over HTTP.
export function createDoors(options: DoorOptions): Doors {
  const closing = new AbortController()
  const keeper: Doorkeeper = {
    ...options,
    attempts: countingAttempts(() => options.now().getTime()),
    streams: places(STREAMS.all, STREAMS.each),
    waits: places(WAITS.all, WAITS.each),
    bodies: rooms(BODIES, () => performance.now()),
    closing: closing.signal,
  }
  const app = new Hono<DoorEnv>({ strict: true })
  const originOf = originsOf(options.settings, trustedProxies(options.settings.trustedProxies))

  app.use(async (c, next) => {
    const began = performance.now()
    c.set('origin', originOf(c))
    await next()
    const { address, scheme } = c.var.origin
    setHeaders(c.res.headers, {
      isPage: /^text\/html\b/.test(c.res.headers.get('content-type') ?? ''),
      isTls: scheme === 'https',
    })
    options.audit.write({
      time: options.now().toISOString(),
      address,
      method: c.req.method,
      path: c.req.path,
      who: c.var.who ?? null,
      status: c.res.status,
      request: c.var.accepted ?? null,
      ms: Math.round(performance.now() - began),
    })
    options.answered(c.req.method, routeOf(c), c.res.status)
  })

  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/readyz', async (c) => {
    const reasons = await options.readiness()
    return reasons.length === 0 ? c.text('ready\n') : c.text(`${reasons.join('\n')}\n`, 503)
  })
  app.get('/metrics', async (c) => {
    await needAsker(c, keeper, 'metrics')
    return c.body(await options.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  app.get('/openapi.json', (c) => c.json(openApi(c.var.origin.base)))
  addAppRoutes(app, keeper)
  addReleaseRoutes(app, keeper)
  addRequestRoutes(app, keeper)
  addWebhookRoutes(app, keeper)
  addPageRoutes(app, keeper)

  const methods = methodsAt(app.routes)
  app.notFound((c) => nowhere(c, keeper, methods(c.req.path)))
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.res !== undefined) return error.getResponse()
    options.failed(error)
    c.header('Connection', 'close')
    return refusal('bug', {
      detail: 'That is a fault of Flight, not of what you sent.',
      hint: 'The log of the deployment server says more.',
    })
  })
  return { app, endStreams: () => closing.abort() }
}

// The pattern of the route that answered; pages have patterns of their own.
function routeOf(c: DoorContext): string {
  return matchedRoutes(c).find(({ path }) => !path.includes('*'))?.path ?? 'page'
}

// What no route of the doors answers: a page, another method, or nothing.
function nowhere(c: DoorContext, keeper: Doorkeeper, methods: readonly string[]): Response | Promise<Response> {
  const isLook = c.req.method === 'GET' || c.req.method === 'HEAD'
  if (methods.length === 0 && isLook && !c.req.path.startsWith('/v1')) return pageFor(c, keeper)
  if (methods.length === 0)
    return refusal('not-found', {
      detail: 'There is nothing here that you may see.',
      hint: 'GET /openapi.json shows what there is.',
    })
  const allow = methods.join(', ')
  return refusal('method-not-allowed', {
    detail: `Only ${allow} is answered here.`,
    hint: 'GET /openapi.json shows what there is.',
    headers: { allow },
  })
}

type Route = { method: string; path: string }

// Gives the methods that are answered at a path, sorted; HEAD wherever GET is.
function methodsAt(routes: readonly Route[]): (path: string) => string[] {
  const known = routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({ method, parts: path.split('/') }))
  return (path) => {
    const parts = path.split('/')
    const fits = known.filter(
      (route) =>
        route.parts.length === parts.length &&
        route.parts.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index])),
    )
    return [...new Set(fits.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort()
  }
}

const HERE = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i
const GONE_THROUGH = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via']

// Gives what tells where a request comes from. Others' headers are believed from the trusted proxies only.
function originsOf(settings: DoorOptions['settings'], proxies: Proxies): (c: DoorContext) => Origin {
  const isPrivate =
    isHost(settings.listen.host) && (settings.url === undefined || isHost(new URL(settings.url).hostname))
  return (c) => {
    const socket = c.env.incoming.socket
    const peer = plainAddress(socket.remoteAddress ?? '')
    const isTrusted = proxies.isTrusted(peer)
    const address = clientAddress(peer, c.req.header('x-forwarded-for'), proxies)
    const forwardedScheme = isTrusted ? c.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim() : undefined
    const scheme =
      forwardedScheme === 'https' || ('encrypted' in socket && socket.encrypted === true) ? 'https' : 'http'
    const host = c.req.header('host') ?? ''
    // A proxy on this machine that adds no header would look like
    // somebody at its keyboard: where one is known, nobody does.
    const isHere =
      isPrivate &&
      !isTrusted &&
      isLoopback(peer) &&
      HERE.test(host) &&
      GONE_THROUGH.every((name) => c.req.header(name) === undefined) &&
      !isFromElsewhere(c)
    const base =
      settings.url?.replace(/\/+$/, '') ??
      `${scheme}://${/^[A-Za-z0-9.:[\]_-]+$/.test(host) ? host : `${settings.listen.host}:${settings.listen.port}`}`
    return { address, group: groupOf(address), scheme, isHere, base }
  }
}

// Another site's script in a browser of this machine.
function isFromElsewhere(c: DoorContext): boolean {
  const site = c.req.header('sec-fetch-site')
  return (site === 'cross-site' || site === 'same-site') && c.req.header('sec-fetch-mode') !== 'navigate'
}

function isHost(host: string): boolean {
  return host === 'localhost' || isLoopback(plainAddress(host))
}
