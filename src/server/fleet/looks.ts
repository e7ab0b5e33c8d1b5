import type { Definitions } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import type { Store } from '../../model/store.ts'
import { type Drift, driftOf } from '../../views/drift.ts'
import { keepApps, keepDrift, keepSomeApps } from './kept-looks.ts'
import { lookAtApps } from '../../operations/fleet/look-at-apps.ts'
import { LOOKING, planConfiguration } from '../../operations/configuration.ts'
import { withSession } from '../../operations/session.ts'

export type Looking = {
  definitions(): Promise<Definitions>
  store: Store
  now(): Date
  seen(): void // something new is kept
  note(text: string): void
  bug(error: unknown): void
  signal: AbortSignal
}

export type Looks = {
  apps(): Promise<void> // at what all servers serve
  app(name: string): Promise<void> // at one app, because something happened to it
  drift(): Promise<Drift | undefined> // undefined: nobody could look
}

// For how long one look may take, in milliseconds.
const LONGEST = 180_000

// Looks at the servers for the page, one look at a time; of those that wait for their turn each kind once. What cannot
// be looked at is noted and shown as it was.
export function looksAt(looking: Looking): Looks {
  const { store, now, signal } = looking
  let turn: Promise<unknown> = Promise.resolve()
  const waiting = new Set<string>()

  function inTurn<T>(
    who: string,
    work: (definitions: Definitions, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    if (waiting.has(who)) return Promise.resolve(undefined)
    waiting.add(who)
    const done = turn.then(async () => {
      waiting.delete(who)
      const ending = new AbortController()
      const end = () => ending.abort()
      const timer = setTimeout(end, LONGEST)
      signal.addEventListener('abort', end)
      try {
        if (signal.aborted) return undefined
        return await orAborted(work(await looking.definitions(), ending.signal), ending.signal)
      } catch (error) {
        if (!(error instanceof FlightError)) looking.bug(error)
        else if (!signal.aborted) looking.note(`${who}: ${error.message}`)
        return undefined
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
      }
    })
    turn = done
    return done
  }

  const session = (definitions: Definitions, ending: AbortSignal) => ({
    definitions,
    who: 'flight serve',
    stays: true,
    listen: () => undefined,
    signal: ending,
  })

  return {
    async apps() {
      await inTurn('look at the apps', async (definitions, ending) => {
        const seen = await withSession(session(definitions, ending), (open) => lookAtApps(open))
        if (ending.aborted) return
        await keepApps(store, now().toISOString(), seen)
        looking.seen()
      })
    },
    async app(name) {
      await inTurn(`look at ${name}`, async (definitions, ending) => {
        const seen = await withSession(session(definitions, ending), (open) =>
          lookAtApps(open, (app) => app.name === name),
        )
        if (ending.aborted) return
        await keepSomeApps(store, now().toISOString(), seen)
        looking.seen()
      })
    },
    drift: () =>
      inTurn('look for drift', async (definitions, ending) => {
        const plan = await withSession(session(definitions, ending), (open) => planConfiguration(open, {}, LOOKING))
        if (ending.aborted) return undefined
        const drift = driftOf(plan)
        await keepDrift(store, now().toISOString(), drift)
        looking.seen()
        return drift
      }),
  }
}

// A server that says nothing for ever holds up nobody.
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'it took too long, or was stopped' }))
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
