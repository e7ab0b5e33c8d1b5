import type { Definitions } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import type { Store } from '../../model/store.ts'
import { type Drift, driftOf } from '../../views/drift.ts'
import { keepApps, keepDrift, keepSomeApps } from './kept-looks.ts'
import { lookAtApps } from './look-at-apps.ts'
import { LOOKING, planScope } from './plan-scope.ts'
import { withServingSession } from './serve-session.ts'

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

// Looks at the servers for the page, one look at a time; what cannot be looked at is noted and shown as it was.
export function looksAt(looking: Looking): Looks {
  const { store, now, signal } = looking
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(who: string, work: (definitions: Definitions) => Promise<T>): Promise<T | undefined> {
    const done = turn.then(async () => {
      try {
        if (signal.aborted) return undefined
        return await work(await looking.definitions())
      } catch (error) {
        if (!(error instanceof FlightError)) looking.bug(error)
        else if (!signal.aborted) looking.note(`${who}: ${error.message}`)
        return undefined
      }
    })
    turn = done
    return done
  }

  const session = (definitions: Definitions) => ({ definitions, who: 'flight serve', listen: () => undefined, signal })

  return {
    async apps() {
      await inTurn('look at the apps', async (definitions) => {
        const seen = await withServingSession(session(definitions), (open) => lookAtApps(open))
        if (signal.aborted) return
        await keepApps(store, now().toISOString(), seen)
        looking.seen()
      })
    },
    async app(name) {
      await inTurn(`look at ${name}`, async (definitions) => {
        const seen = await withServingSession(session(definitions), (open) => lookAtApps(open, (app) => app.name === name))
        if (signal.aborted) return
        await keepSomeApps(store, now().toISOString(), seen)
        looking.seen()
      })
    },
    drift: () =>
      inTurn('look for drift', async (definitions) => {
        const plan = await withServingSession(session(definitions), (open) => planScope(open, {}, LOOKING))
        if (signal.aborted) return undefined
        const drift = driftOf(plan)
        await keepDrift(store, now().toISOString(), drift)
        looking.seen()
        return drift
      }),
  }
}
