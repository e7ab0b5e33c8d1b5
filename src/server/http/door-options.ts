import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { Desk } from '../../model/desk.ts'
import type { ServeSettings } from '../../model/serve-settings.ts'
import type { Audit } from './audit.ts'
import type { Attempts } from './attempts.ts'
import type { Places } from './places.ts'
import type { Rooms } from './rooms.ts'

// Who looks at the pages: a name for people, and the one app they may see, or all.
export type Viewer = { name: string; app: string | null; canLogOut: boolean }

// The pages: a Hono app, for example, which finds the viewer in its environment (c.env.viewer). Where nobody is known
// yet it is asked for nothing but /login and /assets/….
export type Pages = { fetch(request: Request, env: { viewer: Viewer | undefined }): Response | Promise<Response> }

export type DoorOptions = {
  desk: Desk
  settings: Pick<ServeSettings, 'listen' | 'url' | 'tls' | 'trustedProxies'>
  serverKey: Buffer
  audit: Pick<Audit, 'write'>
  metrics(): Promise<string>
  readiness(): Promise<readonly string[]> // codes of why it is not ready; empty: it is
  pages: Pages
  now(): Date
  answered(method: string, route: string, status: number): void // for metrics: the route's pattern, never the path
  failed(error: unknown): void // told of every bug, with its stack
}

// What the doors keep in mind between requests.
export type Doorkeeper = DoorOptions & {
  attempts: Attempts
  streams: Places
  waits: Places
  bodies: Rooms // of webhooks, kept before their signature is known
  closing: AbortSignal // streams end
}

// Where a request comes from. `group`: what is counted as one.
// `isHere`: from this machine itself, through nothing in between.
export type Origin = { address: string; group: string; scheme: 'http' | 'https'; isHere: boolean; base: string }

export type DoorEnv = {
  Bindings: { incoming: Pick<IncomingMessage, 'socket'> }
  // `token`: the id of the one that opened.
  Variables: { origin: Origin; who: string | undefined; token: string | undefined; accepted: number | undefined }
}

export type DoorContext = Context<DoorEnv>
