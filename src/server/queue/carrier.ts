import type { Delivered } from '../../model/delivery.ts'
import type { EndedState, Request, RequestEnd, RequestEvent } from '../../model/request.ts'
import { occasionOf } from '../notices/occurrence.ts'
import type { Bell } from './follow.ts'
import { recorder } from './recorder.ts'
import type { ServingOptions } from './serving-options.ts'

type Carrier = {
  // From where it stands to its end, or to where it waits again.
  carry(request: Request, controller: AbortController): Promise<void>
  // Undefined where it has ended, or gone on, meanwhile.
  finish(
    request: Request,
    state: EndedState,
    end: RequestEnd,
    supersededBy?: number | null,
  ): Promise<Request | undefined>
}

// Carries one request through its states. Whatever is told of it lies in the store before anybody hears it.
export function createCarrier(options: ServingOptions, bell: Bell, isStopping: () => boolean): Carrier {
  const { store, settings, now } = options
  const unreachableSince = new Map<number, number>()
  const at = () => now().toISOString()

  async function carry(request: Request, controller: AbortController): Promise<void> {
    const later = request.state === 'waiting' ? await superseding(request, controller.signal) : undefined
    if (later !== undefined) {
      await finish(
        request,
        'superseded',
        { exit: 0, said: `request ${later.id} asks for a newer commit of the same branch`, problems: [] },
        later.id,
      )
      return
    }
    const begun = await beginOne(request)
    if (begun === undefined) return
    const record = recorder(store, begun.id, { now, written: () => bell.ring(begun.id), failed: options.bug })
    const delivered = await options
      .deliver(begun, {
        signal: controller.signal,
        leaving:
          begun.wish.does === 'rollback'
            ? ((await store.request(begun.wish.leaving))?.release ?? undefined)
            : undefined,
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
        return {
          is: 'failed',
          exit: 1,
          said: `a bug of Flight stopped it: ${error instanceof Error ? error.message : String(error)}`,
          problems: [],
        }
      })
    await record.flush()
    await settle((await store.request(begun.id)) ?? begun, delivered)
  }

  // Undefined where it was cancelled meanwhile.
  async function beginOne(request: Request): Promise<Request | undefined> {
    const attempt = request.attempts + 1
    const resumes = request.state === 'running'
    const event: RequestEvent = { event: resumes ? 'resumes' : 'begins', attempt }
    const to = { state: 'running', attempts: attempt, notBefore: null, began: request.began ?? at() } as const
    const notices = attempt === 1 ? await options.notices('start', { ...request, ...to }) : []
    const begun = await store.change(request.id, [request.state], to, { at: at(), event, notices })
    if (begun === undefined) return undefined
    bell.ring(begun.id)
    options.told(begun, event)
    return begun
  }

  // The later one must still wait once git has answered: it may have been cancelled meanwhile.
  async function superseding(request: Request, signal: AbortSignal): Promise<Request | undefined> {
    if (!settings.supersede || request.attempts > 0 || request.wish.does !== 'release') return undefined
    const { commit } = request.wish
    const waiting = await store.requests({ apps: [request.app], states: ['waiting'], limit: MOST_LATER })
    for (const later of waiting.reverse().filter((each) => isLaterOf(request, each))) {
      if (later.wish.does !== 'release' || !(await options.isWithin(request.app, commit, later.wish.commit, signal)))
        continue
      const still = await store.request(later.id)
      if (still !== undefined && isLaterOf(request, still)) return still
    }
    return undefined
  }

  async function settle(request: Request, { is, ...end }: Delivered): Promise<void> {
    if (is === 'unreachable') return await waitOrFail(request, end)
    // Stopped by us alone: it stays as it is, and the next start goes on with it.
    if (is === 'interrupted' && request.cancelled === null && isStopping()) return
    if (is !== 'interrupted') await finish(request, is, end)
    else if (request.cancelled === null) await finish(request, 'failed', end)
    else await finish(request, 'cancelled', cancelledBy(request.cancelled, end))
  }

  async function waitOrFail(request: Request, end: RequestEnd): Promise<void> {
    const since = unreachableSince.get(request.id) ?? now().getTime()
    unreachableSince.set(request.id, since)
    const due = now().getTime() + pauseAfter(request.attempts)
    // What may be live on some servers is looked at before anybody is told that it is over.
    const isCancelled = request.cancelled !== null && request.release === null
    if (isCancelled || due - since > settings.patience * 1000) {
      await (request.cancelled === null
        ? finish(request, 'failed', end)
        : finish(request, 'cancelled', cancelledBy(request.cancelled, end)))
      return
    }
    const until = new Date(due).toISOString()
    const event: RequestEvent = { event: 'waits', until, why: end.said }
    const waits = await store.change(
      request.id,
      ['running'],
      { state: 'waiting', notBefore: until },
      { at: at(), event },
    )
    bell.ring(request.id)
    if (waits === undefined) return
    options.told(waits, event)
    // Asked for in the very moment in which it began to wait.
    if (waits.cancelled !== null && waits.release === null)
      await finish(waits, 'cancelled', cancelledBy(waits.cancelled, end))
  }

  async function finish(
    request: Request,
    state: EndedState,
    end: RequestEnd,
    supersededBy: number | null = null,
  ): Promise<Request | undefined> {
    const event: RequestEvent = { event: 'ends', state, end }
    const to = { state, end, ended: at(), notBefore: null, supersededBy }
    const occasion = occasionOf({ ...request, ...to })
    const notices = occasion === undefined ? [] : await options.notices(occasion, { ...request, ...to })
    const ended = await store.change(request.id, [request.state], to, { at: at(), event, notices })
    if (ended === undefined) return undefined
    unreachableSince.delete(request.id)
    bell.ring(ended.id)
    options.told(ended, event)
    await store.forgetEvents(ended.app, KEPT_LOGS).catch(options.bug)
    return ended
  }

  return { carry, finish }
}

// Of how many ended requests of an app the log stays.
const KEPT_LOGS = 200

// How many that wait for the same app are looked at for one that takes its place.
const MOST_LATER = 200

function cancelledBy(who: string, end: RequestEnd): RequestEnd {
  return { ...end, said: `cancelled by ${who}: ${end.said}` }
}

// Whether `later` waits as well, and asks for another commit of the same branch of the same app.
export function isLaterOf(request: Request, later: Request): boolean {
  if (later.id <= request.id || later.state !== 'waiting' || later.app !== request.app || later.cancelled !== null)
    return false
  const [one, other] = [request.wish, later.wish]
  return (
    one.does === 'release' &&
    other.does === 'release' &&
    one.ref !== null &&
    one.ref === other.ref &&
    one.commit !== other.commit
  )
}

// Milliseconds until a server that could not be reached is tried again: 5 s, 10 s, 15 s … at most a minute.
export function pauseAfter(attempts: number): number {
  return Math.min(60_000, 5_000 * Math.max(1, attempts))
}
