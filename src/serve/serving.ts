import type { Deliver, Delivered, IsWithin } from '../model/delivery.ts'
import type { Desk, ServedApp } from '../model/desk.ts'
import type { Fleet } from '../model/fleet.ts'
import type { EndedState, Request, RequestEnd, RequestEvent } from '../model/request.ts'
import type { Occasion, ServeSettings } from '../model/serve-settings.ts'
import type { Store } from '../model/store.ts'
import { choose, nextTime } from './choose.ts'
import { createBell, followFrom } from './follow.ts'
import { isLaterOf, pauseAfter } from './waiting.ts'
import { recorder } from './recorder.ts'

export type ServingOptions = {
  store: Store
  deliver: Deliver
  isWithin: IsWithin
  settings: Pick<ServeSettings, 'atOnce' | 'perServer' | 'patience' | 'supersede'>
  apps(): Promise<readonly ServedApp[]>
  fleet(): Promise<Fleet>
  now(): Date
  told(request: Request, event: RequestEvent): void // for logs and metrics
  happened(occasion: Occasion, request: Request): Promise<void> // for others to be told
  bug(error: unknown): void // ours: it is logged with its stack, and what it was about has failed
}

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
  const unreachableSince = new Map<number, number>()
  const stoppedHere = new AbortController()
  let stopping = false
  let timer: NodeJS.Timeout | undefined
  let turn: Promise<void> = Promise.resolve()

  const at = () => now().toISOString()

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
    const done = work(request, unfinished, controller)
      .catch(options.bug)
      .finally(() => {
        active.delete(request.id)
        void pump()
      })
    active.set(request.id, { controller, done })
  }

  async function work(request: Request, unfinished: readonly Request[], controller: AbortController): Promise<void> {
    const later = request.state === 'waiting' ? await superseding(request, unfinished, controller.signal) : undefined
    if (later !== undefined) {
      await finish(request, 'superseded', { exit: 0, said: `request ${later.id} asks for a newer commit of the same branch`, problems: [] }, later.id)
      return
    }
    const begun = await beginOne(request)
    if (begun === undefined) return
    const record = recorder(store, begun.id, { now, written: () => bell.ring(begun.id), failed: options.bug })
    const delivered = await options
      .deliver(begun, {
        signal: controller.signal,
        leaving: begun.wish.does === 'rollback' ? ((await store.request(begun.wish.leaving))?.release ?? undefined) : undefined,
        tell(event) {
          record.tell(event)
          options.told(begun, event)
        },
        async planned(release) {
          await record.flush()
          await store.change(begun.id, ['running'], { release })
          bell.ring(begun.id)
        },
      })
      .catch((error: unknown): Delivered => {
        options.bug(error)
        return { is: 'failed', exit: 1, said: `a bug of Flight stopped it: ${error instanceof Error ? error.message : String(error)}`, problems: [] }
      })
    await record.flush()
    await settle((await store.request(begun.id)) ?? begun, delivered)
  }

  // Undefined where it was cancelled meanwhile.
  async function beginOne(request: Request): Promise<Request | undefined> {
    const attempt = request.attempts + 1
    const resumes = request.state === 'running'
    const event: RequestEvent = { event: resumes ? 'resumes' : 'begins', attempt }
    const begun = await store.change(request.id, [request.state], { state: 'running', attempts: attempt, notBefore: null, began: request.began ?? at() }, { at: at(), event })
    if (begun === undefined) return undefined
    bell.ring(begun.id)
    options.told(begun, event)
    if (attempt === 1) await options.happened('start', begun)
    return begun
  }

  async function superseding(request: Request, unfinished: readonly Request[], signal: AbortSignal): Promise<Request | undefined> {
    if (!settings.supersede || request.attempts > 0 || request.wish.does !== 'release') return undefined
    const { commit } = request.wish
    for (const later of unfinished.filter((each) => isLaterOf(request, each))) {
      if (later.wish.does === 'release' && (await options.isWithin(request.app, commit, later.wish.commit, signal))) return later
    }
    return undefined
  }

  async function settle(request: Request, { is, ...end }: Delivered): Promise<void> {
    if (is === 'unreachable') return await waitOrFail(request, end)
    unreachableSince.delete(request.id)
    // Stopped by us alone: it stays as it is, and the next start goes on with it.
    if (is === 'interrupted' && request.cancelled === null && stopping) return
    if (is !== 'interrupted') await finish(request, is, end)
    else if (request.cancelled === null) await finish(request, 'failed', end)
    else await finish(request, 'cancelled', cancelledBy(request.cancelled, end))
  }

  async function waitOrFail(request: Request, end: RequestEnd): Promise<void> {
    const since = unreachableSince.get(request.id) ?? now().getTime()
    unreachableSince.set(request.id, since)
    const due = now().getTime() + pauseAfter(request.attempts)
    if (request.cancelled !== null || due - since > settings.patience * 1000) {
      unreachableSince.delete(request.id)
      await (request.cancelled === null ? finish(request, 'failed', end) : finish(request, 'cancelled', cancelledBy(request.cancelled, end)))
      return
    }
    const until = new Date(due).toISOString()
    const event: RequestEvent = { event: 'waits', until, why: end.said }
    const waits = await store.change(request.id, ['running'], { state: 'waiting', notBefore: until }, { at: at(), event })
    bell.ring(request.id)
    if (waits !== undefined) options.told(waits, event)
  }

  async function finish(request: Request, state: EndedState, end: RequestEnd, supersededBy: number | null = null): Promise<Request | undefined> {
    const event: RequestEvent = { event: 'ends', state, end }
    const ended = await store.change(request.id, [request.state], { state, end, ended: at(), notBefore: null, supersededBy }, { at: at(), event })
    if (ended === undefined) return undefined
    bell.ring(ended.id)
    options.told(ended, event)
    const occasion = occasionOf(ended)
    if (occasion !== undefined) await options.happened(occasion, ended)
    await store.forgetEvents(ended.app, KEPT_LOGS)
    return ended
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

// Of how many ended requests of an app the log stays.
const KEPT_LOGS = 200

function cancelledBy(who: string, end: RequestEnd): RequestEnd {
  return { ...end, said: `cancelled by ${who}: ${end.said}` }
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

function occasionOf({ state, wish }: Request): Occasion | undefined {
  switch (state) {
    case 'succeeded':
      return wish.does === 'rollback' ? 'rollback' : 'success'
    case 'went_back':
      return 'rollback'
    case 'failed':
    case 'refused':
      return 'failure'
    default:
      return undefined
  }
}
