import type { Desk, ServedApp } from '../../../src/model/desk.ts'
import {
  ENDED_STATES,
  isEnded,
  type EndedState,
  type NewRequest,
  type NumberedEvent,
  type Request,
  type RequestEvent,
} from '../../../src/model/request.ts'
import type { Store } from '../../../src/model/store.ts'
import type { Token } from '../../../src/model/token.ts'

export const NOW = new Date('2026-05-04T12:00:00.000Z')

export type MemoryDesk = Desk & {
  served: ServedApp[]
  tokensKept: Token[]
  isStoppingNow: boolean
  listeners(): number
  tell(id: number, event: RequestEvent): void
  end(id: number, state: EndedState, said?: string): void
}

// A desk made of arrays: it accepts, tells and ends as the real one does, and releases nothing.
export function memoryDesk(served: ServedApp[]): MemoryDesk {
  const requests: Request[] = []
  const events = new Map<number, NumberedEvent[]>()
  const calls = new Set<() => void>()
  const tokensKept: Token[] = []
  const changed = () => [...calls].forEach((call) => call())
  const of = (id: number) => requests.find((request) => request.id === id)

  const tell = (id: number, told: RequestEvent) => {
    const list = events.get(id) ?? []
    events.set(id, [...list, { n: list.length + 1, at: NOW.toISOString(), told }])
    changed()
  }
  const end = (id: number, state: EndedState, said = `it ${state}`) => {
    const request = of(id)
    if (request === undefined) throw new Error(`no request ${id}`)
    const problems =
      state === 'succeeded'
        ? []
        : [{ code: 'FLIGHT_UNHEALTHY' as const, where: 'web-1', what: 'answers 500', hint: 'look at its log' }]
    Object.assign(request, {
      state,
      ended: NOW.toISOString(),
      end: { exit: state === 'succeeded' ? 0 : 1, said, problems },
    })
    tell(id, { event: 'ends', state, end: request.end as NonNullable<Request['end']> })
  }
  const accept = async (wish: NewRequest) => {
    const same =
      wish.key === null
        ? requests.find(
            (each) =>
              each.app === wish.app && JSON.stringify(each.wish) === JSON.stringify(wish.wish) && !isEnded(each.state),
          )
        : requests.find((each) => each.app === wish.app && each.key === wish.key)
    if (same !== undefined)
      return {
        is: JSON.stringify(same.wish) === JSON.stringify(wish.wish) ? ('known' as const) : ('other' as const),
        request: same,
      }
    const request: Request = {
      ...wish,
      id: requests.length + 1,
      asked: NOW.toISOString(),
      state: 'waiting',
      notBefore: null,
      attempts: 0,
      cancelled: null,
      began: null,
      ended: null,
      release: null,
      end: null,
      supersededBy: null,
    }
    requests.push(request)
    tell(request.id, { event: 'requested', by: wish.by })
    return { is: 'new' as const, request }
  }
  const unused = (): never => {
    throw new Error('the doors do not use this')
  }
  const store: Store = {
    accept,
    request: async (id) => of(id),
    requests: async ({ apps, states, before, limit }) =>
      requests
        .filter(
          ({ app, state, id }) =>
            (apps ?? [app]).includes(app) &&
            (states ?? [state]).includes(state) &&
            (before === undefined || id < before),
        )
        .reverse()
        .slice(0, limit),
    heads: unused,
    unfinished: unused,
    change: unused,
    append: unused,
    events: async (id, after, limit) => (events.get(id) ?? []).filter(({ n }) => n > after).slice(0, limit),
    forgetEvents: unused,
    addToken: async (token) => void tokensKept.push(token),
    token: async (id) => tokensKept.find((token) => token.id === id),
    tokens: async () => [...tokensKept],
    revokeToken: unused,
    keep: unused,
    kept: unused,
    post: unused,
    notices: unused,
    sent: unused,
    postpone: unused,
    giveUp: unused,
    counts: unused,
    ping: unused,
    close: unused,
  }
  const desk: MemoryDesk = {
    served,
    tokensKept,
    isStoppingNow: false,
    listeners: () => calls.size,
    tell,
    end,
    store,
    ask: accept,
    cancel: async (id, by) => {
      const request = of(id)
      if (request === undefined || (ENDED_STATES as readonly string[]).includes(request.state)) return undefined
      request.cancelled = by
      end(id, 'cancelled', 'cancelled before it began')
      return request
    },
    follow: (id, after, signal) => followed(id, after, signal),
    onChange: (call) => {
      calls.add(call)
      return () => calls.delete(call)
    },
    apps: async () => desk.served,
    fleet: async () => ({ apps: [], clusters: [], lookedAt: null, driftAt: null }),
    isStopping: () => desk.isStoppingNow,
  }

  async function* followed(id: number, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    for (let last = after; ;) {
      const change = new Promise<void>((resolve) => {
        const done = () => {
          calls.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        calls.add(done)
        signal.addEventListener('abort', done)
        const request = of(id)
        if (
          signal.aborted ||
          (events.get(id) ?? []).some(({ n }) => n > last) ||
          request === undefined ||
          isEnded(request.state)
        )
          done()
      })
      await change
      if (signal.aborted) return
      for (const event of (events.get(id) ?? []).filter(({ n }) => n > last)) {
        last = event.n
        yield event
        if (signal.aborted) return
      }
      const request = of(id)
      if (request === undefined || isEnded(request.state)) return
    }
  }
  return desk
}
