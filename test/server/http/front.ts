import { Hono } from 'hono'
import type { AuditEntry } from '../../../src/server/http/audit.ts'
import type { DoorOptions, Viewer } from '../../../src/server/http/door-options.ts'
import { createDoors, type Doors } from '../../../src/server/http/doors.ts'
import { makeToken } from '../../../src/server/http/tokens.ts'
import type { ServedApp } from '../../../src/model/desk.ts'
import type { Purpose } from '../../../src/model/token.ts'
import { checkAnswer } from './check-answer.ts'
import { memoryDesk, NOW, type MemoryDesk } from './memory-desk.ts'

export const COMMIT = '3f9a1c2b7d043f9a1c2b7d043f9a1c2b7d043f9a'
export const KEY = Buffer.alloc(32, 7)

type Ask = RequestInit & { from?: string; tls?: boolean; token?: string }
export type Front = {
  doors: Doors
  desk: MemoryDesk
  audit: AuditEntry[]
  bugs: unknown[]
  answered: string[] // for metrics: method, route and status
  clock: { now: Date }
  options: DoorOptions
  token(purpose: Purpose, app: string | null, more?: { expires?: string; name?: string }): string
  ask(path: string, init?: Ask): Promise<Response>
  post(path: string, body: unknown, init?: Ask): Promise<Response>
}

export function anApp(name: string, more: Partial<ServedApp> = {}): ServedApp {
  return {
    name,
    repo: `git@github.com:acme/${name}.git`,
    cluster: 'production',
    servers: ['web-1', 'web-2'],
    releaseOn: { branch: 'main', workflow: 'tests' },
    ...more,
  }
}

// The doors over a desk made of arrays, asked without a socket. Every answer is held against the OpenAPI document.
export function aFront(more: Partial<DoorOptions['settings']> & { metrics?: () => Promise<string> } = {}): Front {
  const desk = memoryDesk([anApp('shop'), anApp('blog')])
  const audit: AuditEntry[] = []
  const bugs: unknown[] = []
  const answered: string[] = []
  const clock = { now: NOW }
  const { metrics, ...settings } = more
  const options: DoorOptions = {
    desk,
    settings: {
      listen: { host: '127.0.0.1', port: 8080 },
      url: undefined,
      tls: undefined,
      trustedProxies: [],
      ...settings,
    },
    serverKey: KEY,
    audit: { write: (entry) => void audit.push(entry) },
    metrics: metrics ?? (async () => 'flight_up 1\n'),
    readiness: async () => [],
    pages: somePages(),
    now: () => clock.now,
    answered: (...said) => void answered.push(said.join(' ')),
    failed: (error) => void bugs.push(error),
  }
  const doors = createDoors(options)
  const ask: Front['ask'] = async (path, { from = '203.0.113.7', tls = false, token, ...init } = {}) => {
    const headers = new Headers(init.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    if (!headers.has('host')) headers.set('host', 'flight.example.com')
    const answer = await doors.app.request(
      path,
      { ...init, headers },
      { incoming: { socket: { remoteAddress: from, encrypted: tls } } },
    )
    await checkAnswer(init.method ?? 'GET', path, answer)
    return answer
  }
  return {
    doors,
    desk,
    audit,
    answered,
    bugs,
    clock,
    options,
    ask,
    token: (purpose, app, { expires, name } = {}) => {
      const { token, shown } = makeToken(
        { name: name ?? `${purpose} of ${app ?? 'all'}`, purpose, app, expires: expires ?? null },
        NOW,
      )
      desk.tokensKept.push(token)
      return shown
    },
    post: (path, body, init = {}) =>
      ask(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string> | undefined) },
      }),
  }
}

function somePages(): Hono<{ Bindings: { viewer: Viewer | undefined } }> {
  return new Hono<{ Bindings: { viewer: Viewer | undefined } }>()
    .get('/', (c) => c.html(`<p>${JSON.stringify(c.env.viewer)}</p>`))
    .get('/changes', (c) =>
      c.body(new ReadableStream({ start: (body) => body.enqueue(Buffer.from('a change\n')) }), 200, {
        'content-type': 'text/event-stream',
      }),
    )
    .get('/falls', (c) =>
      c.body(new ReadableStream({ pull: (body) => body.error(new Error('it fell')) }), 200, {
        'content-type': 'text/event-stream',
      }),
    )
    .get('/assets/flight.css', (c) => c.body('p{}', 200, { 'content-type': 'text/css', 'cache-control': 'public' }))
}
