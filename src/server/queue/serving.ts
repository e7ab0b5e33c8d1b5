import type { Definitions } from '../../model/definitions.ts'
import type { Desk, ServedApp } from '../../model/desk.ts'
import type { Request, RequestEvent } from '../../model/request.ts'
import { fleetOf } from '../fleet/kept-looks.ts'
import { createCarrier } from './carrier.ts'
import { choose, nextTime } from './choose.ts'
import { createBell, followFrom } from './follow.ts'
import type { ServingOptions } from './serving-options.ts'

export type Serving = {
  desk: Desk
  ring(): void // something changed that a page may show
  begin(): Promise<void> // takes up what was left running or waiting
  // Begins nothing more, and waits for what runs; what has not ended after so many milliseconds is stopped where it can
  // be left and is taken up by the next start. `late`: how many are stopped so, as soon as they are told.
  stop(patience: number, late?: (runs: number) => void): Promise<void>
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

  const faults = new Map<number, number>() // how often carrying a request failed because of us
  const serversOf = knownServers(options)

  const at = () => now().toISOString()
  const { carry, finish } = createCarrier(options, bell, () => stopping)

  // One look at a time, so that nothing is chosen twice; those that are asked for meanwhile are one.
  let next: Promise<void> | undefined
  const pump = (): Promise<void> => {
    next ??= turn = turn
      .then(async () => {
        next = undefined
        await chooseAndBegin()
      })
      .catch((error: unknown) => {
        options.bug(error)
        again(LATER)
      })
    return next
  }

  function again(milliseconds: number): void {
    if (stopping) return
    clearTimeout(timer)
    timer = setTimeout(() => void pump(), milliseconds)
  }

  // What the store says is running and nobody here carries was left by
  // whoever was killed, or by a write that failed: it is taken up again.
  async function chooseAndBegin(): Promise<void> {
    if (stopping) return
    await serversOf.refresh()
    const heads = (await store.heads()).map((request) =>
      active.has(request.id) ? { ...request, state: 'running' as const } : request,
    )
    for (const request of heads) if (request.state === 'running' && !active.has(request.id)) start(request)
    for (const request of choose(heads, at(), serversOf.of, settings)) start(request)
    const due = nextTime(heads, at())
    if (due !== undefined) again(Math.max(50, Date.parse(due) - now().getTime()))
  }

  function start(request: Request): void {
    const controller = new AbortController()
    const done = carry(request, controller).then(
      () => {
        active.delete(request.id)
        faults.delete(request.id)
        void pump()
      },
      (error: unknown) => {
        options.bug(error)
        // A disk that is full is not asked without end: it keeps its place, and goes on after a pause.
        const times = (faults.get(request.id) ?? 0) + 1
        faults.set(request.id, times)
        setTimeout(
          () => {
            active.delete(request.id)
            void pump()
          },
          stopping ? 0 : Math.min(30_000, LATER * times),
        ).unref()
      },
    )
    active.set(request.id, { controller, done })
  }

  async function cancel(id: number, by: string): Promise<Request | undefined> {
    const event: RequestEvent = { event: 'cancel-asked', by }
    const asked = await store.change(id, ['waiting', 'running'], { cancelled: by }, { at: at(), event })
    if (asked === undefined) return undefined
    bell.ring(id)
    options.told(asked, event)
    active.get(id)?.controller.abort()
    if (asked.state === 'running') return asked
    // Of one that was begun, its servers say what became of it.
    if (asked.release !== null) {
      const judged = await store.change(id, ['waiting'], { notBefore: null })
      void pump()
      return judged ?? store.request(id)
    }
    const said = `cancelled by ${by} before ${asked.attempts === 0 ? 'it began' : 'anything was written'}`
    return (await finish(asked, 'cancelled', { exit: 130, said, problems: [] })) ?? store.request(id)
  }

  const desk: Desk = {
    store,
    async ask(wish) {
      const asked = await store.accept(wish, at(), MOST_WAITING)
      if (asked.is !== 'new') return asked
      void pump()
      bell.ring(asked.request.id)
      options.told(asked.request, { event: 'requested', by: wish.by })
      return asked
    },
    cancel,
    async *follow(id, after, signal) {
      const both = eitherSignal(signal, stoppedHere.signal)
      try {
        yield* followFrom({ store, bell, id, after, signal: both.signal })
      } finally {
        both.release()
      }
    },
    onChange: (call) => bell.hear(undefined, call),
    apps: async () => servedApps(await options.definitions()),
    fleet: async () => fleetOf(await options.definitions(), store),
    isStopping: () => stopping,
  }

  return {
    desk,
    ring: () => bell.ring(),
    begin: pump,
    async stop(patience, late) {
      stopping = true
      clearTimeout(timer)
      await turn
      const all = Promise.allSettled([...active.values()].map(({ done }) => done))
      let over: NodeJS.Timeout | undefined
      await Promise.race([all, new Promise((resolve) => (over = setTimeout(resolve, patience)))])
      clearTimeout(over)
      for (const { controller } of active.values()) controller.abort()
      if (active.size > 0) late?.(active.size)
      await all
      stoppedHere.abort()
    },
  }
}

// How many may wait for one app: a pipeline that went wild fills no disk.
const MOST_WAITING = 10_000

// Milliseconds until what failed is tried again.
const LATER = 1000

function servedApps({ apps }: Definitions): ServedApp[] {
  return apps.map(({ name, repo, cluster, servers, releaseOn }) => ({
    name,
    repo,
    cluster,
    servers: servers.map((on) => on.name),
    releaseOn,
  }))
}

// Aborted when one of two is. Node 20 keeps what AbortSignal.any()
// made by weak references alone: it may be collected, and never fire.
function eitherSignal(one: AbortSignal, other: AbortSignal): { signal: AbortSignal; release(): void } {
  const both = new AbortController()
  const abort = () => both.abort()
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort()
    signal.addEventListener('abort', abort, { once: true })
  }
  return {
    signal: both.signal,
    release: () => {
      for (const signal of [one, other]) signal.removeEventListener('abort', abort)
    },
  }
}

// The servers of each app. Definitions that are wrong for a moment change nothing of what was known, and are told once.
function knownServers({ definitions, bug }: Pick<ServingOptions, 'definitions' | 'bug'>): {
  refresh(): Promise<void>
  of(app: string): readonly string[]
} {
  let known = new Map<string, readonly string[]>()
  let told = ''
  return {
    async refresh() {
      try {
        known = new Map((await definitions()).apps.map(({ name, servers }) => [name, servers.map((on) => on.name)]))
        told = ''
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        if (message !== told) bug(error)
        told = message
      }
    },
    of: (app) => known.get(app) ?? [],
  }
}
