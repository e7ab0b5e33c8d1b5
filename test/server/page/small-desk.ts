import type { Desk } from '../../../src/model/desk.ts'
import type { Fleet } from '../../../src/model/fleet.ts'
import type { NumberedEvent, Request, RequestEvent } from '../../../src/model/request.ts'
import type { RequestChange, Store } from '../../../src/model/store.ts'

// A desk of arrays that a test drives. The pages read: whatever writes fails.
export type SmallDesk = Desk & {
  requests: Request[]
  events: Map<number, NumberedEvent[]>
  seen: Fleet
  calls: { requests: number; events: number }
  listeners: Set<() => void>
  tell(id: number, at: string, ...events: readonly RequestEvent[]): void
  change(id: number, change: RequestChange): void
  changed(): void
}

export function smallDesk(): SmallDesk {
  const requests: Request[] = []
  const events = new Map<number, NumberedEvent[]>()
  const listeners = new Set<() => void>()
  const calls = { requests: 0, events: 0 }
  const changed = () => listeners.forEach((call) => call())
  const refuse = (): Promise<never> => Promise.reject(new Error('a page writes nothing'))

  const store: Store = {
    request: (id) => Promise.resolve(requests.find((request) => request.id === id)),
    requests: ({ apps, states, before, limit }) => {
      calls.requests++
      if (limit > 100) return Promise.reject(new Error(`a page asked for ${limit} requests`))
      const found = requests.filter(
        ({ app, state, id }) =>
          (apps?.includes(app) ?? true) && (states?.includes(state) ?? true) && (before === undefined || id < before),
      )
      return Promise.resolve(found.sort((a, b) => b.id - a.id).slice(0, limit))
    },
    heads: () => Promise.reject(new Error('not asked by pages')),
    unfinished: () =>
      Promise.resolve(
        requests.filter(({ state }) => state === 'waiting' || state === 'running').sort((a, b) => a.id - b.id),
      ),
    events: (id, after, limit) => {
      calls.events++
      return Promise.resolve((events.get(id) ?? []).slice(after, after + limit))
    },
    token: refuse,
    tokens: refuse,
    kept: refuse,
    notices: refuse,
    counts: refuse,
    ping: refuse,
    close: refuse,
    accept: refuse,
    change: refuse,
    append: refuse,
    forgetEvents: refuse,
    addToken: refuse,
    revokeToken: refuse,
    keep: refuse,
    post: refuse,
    sent: refuse,
    postpone: refuse,
    giveUp: refuse,
  }

  const desk: SmallDesk = {
    store,
    requests,
    events,
    listeners,
    calls,
    changed,
    seen: { apps: [], clusters: [], lookedAt: null, driftAt: null },
    ask: refuse,
    cancel: refuse,
    follow: () => {
      throw new Error('a page follows nothing')
    },
    onChange(call) {
      listeners.add(call)
      return () => void listeners.delete(call)
    },
    apps: () => Promise.resolve([]),
    fleet: () => Promise.resolve(desk.seen),
    isStopping: () => false,
    tell(id, at, ...told) {
      const list = events.get(id) ?? []
      for (const each of told) list.push({ n: list.length + 1, at, told: each })
      events.set(id, list)
    },
    change(id, change) {
      const request = requests.find((each) => each.id === id)
      if (request !== undefined) Object.assign(request, change)
    },
  }
  return desk
}

export function request(part: Pick<Request, 'id' | 'app'> & Partial<Request>): Request {
  return {
    wish: { does: 'release', commit: '3f9a1c2b7d04e5f60718293a4b5c6d7e8f901234', ref: 'main', older: false },
    key: null,
    by: 'pipeline',
    asked: '2026-05-04T09:00:00.000Z',
    state: 'waiting',
    notBefore: null,
    attempts: 0,
    cancelled: null,
    began: null,
    ended: null,
    release: null,
    end: null,
    supersededBy: null,
    ...part,
  }
}
