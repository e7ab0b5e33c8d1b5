import type { Desk, ServedApp } from '../model/desk.ts'
import type { Request, RequestEvent } from '../model/request.ts'
import { createCarrier } from './carrier.ts'
import { choose, nextTime } from './choose.ts'
import { createBell, followFrom } from './follow.ts'
import type { ServingOptions } from './serving-options.ts'

export type Serving = {
  desk: Desk
  ring(): void // something changed that a page may show
  begin(): Promise<void> // takes up what was left running or waiting
  // Begins nothing more, and waits for what runs; what has not ended after so many milliseconds is stopped where it can be left and is
  // taken up by the next start.
  stop(patience: number): Promise<void>
}

// The queue: what was asked for, carried out in order, one at a time for each app.
export function createServing(options: ServingOptions): Serving {
  const { store, settings, now } = options
  const bell = createBell()
  const active = new Map<number, { controller: AbortController; done: Promise<void> }>()
  const stoppedHere = new AbortController()
  let stopping = false
  let timer: NodeJS.Timeout | undefined
  let turn: Promise<void> = Promise.resolve()

  const at = () => now().toISOString()
  const { carry, finish } = createCarrier(options, bell, () => stopping)

  // One look at a time, so that nothing is chosen twice.
  const pump = (): Promise<void> => {
    turn = turn.then(chooseAndBegin).catch(options.bug)
    return turn
  }

  async function chooseAndBegin(): Promise<void> {
    if (stopping) return
    const apps = new Map((await servedOr(options)).map((app) => [app.name, app.servers]))
    const unfinished = (await store.unfinished()).map((request) => (active.has(request.id) ? { ...request, state: 'running' as const } : request))
    for (const request of choose(unfinished, at(), (app) => apps.get(app) ?? [], settings)) start(request, unfinished)
    clearTimeout(timer)
    const next = nextTime(unfinished, at())
    if (next !== undefined) timer = setTimeout(() => void pump(), Math.max(50, Date.parse(next) - now().getTime()))
  }

  function start(request: Request, unfinished: readonly Request[]): void {
    const controller = new AbortController()
    const done = carry(request, unfinished, controller)
      .catch(options.bug)
      .finally(() => {
        active.delete(request.id)
        void pump()
      })
    active.set(request.id, { controller, done })
  }

  async function cancel(id: number, by: string): Promise<Request | undefined> {
    const request = await store.request(id)
    if (request === undefined) return undefined
    const waits = await store.change(id, ['waiting'], { cancelled: by })
    if (waits !== undefined) {
      const ended = await finish(waits, 'cancelled', { exit: 130, said: `cancelled by ${by} before it began`, problems: [] })
      if (ended !== undefined) return ended
    }
    const event: RequestEvent = { event: 'cancel-asked', by }
    const stops = await store.change(id, ['running'], { cancelled: by }, { at: at(), event })
    if (stops === undefined) return undefined
    active.get(id)?.controller.abort()
    bell.ring(id)
    options.told(stops, event)
    return stops
  }

  const desk: Desk = {
    store,
    async ask(wish) {
      const asked = await store.accept(wish, at())
      if (asked.is !== 'new') return asked
      const event: RequestEvent = { event: 'requested', by: wish.by }
      options.told(asked.request, event)
      bell.ring(asked.request.id)
      void pump()
      return asked
    },
    cancel,
    follow: (id, after, signal) => followFrom(store, bell, id, after, AbortSignal.any([signal, stoppedHere.signal])),
    onChange: (call) => bell.hear(undefined, call),
    apps: options.apps,
    fleet: options.fleet,
    isStopping: () => stopping,
  }

  return {
    desk,
    ring: () => bell.ring(),
    async begin() {
      const left = await store.unfinished()
      for (const request of left) if (request.state === 'running') start(request, left)
      await pump()
    },
    async stop(patience) {
      stopping = true
      clearTimeout(timer)
      await turn
      const all = Promise.allSettled([...active.values()].map(({ done }) => done))
      let late: NodeJS.Timeout | undefined
      await Promise.race([all, new Promise((resolve) => (late = setTimeout(resolve, patience)))])
      clearTimeout(late)
      for (const { controller } of active.values()) controller.abort()
      await all
      stoppedHere.abort()
    },
  }
}

// Definitions that are wrong for a moment stop nothing that is known already: each request says so itself when it begins.
async function servedOr({ apps, bug }: ServingOptions): Promise<readonly ServedApp[]> {
  try {
    return await apps()
  } catch (error) {
    bug(error)
    return []
  }
}
