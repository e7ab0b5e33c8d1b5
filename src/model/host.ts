import type { FactQuery, Facts } from './fact.ts'
import type { Step } from './step.ts'
import type { Server, System } from './server.ts'

// Who holds a server's lock, and for what.
export type Holder = { who: string; from: string; what: string; since: string }

export type Lock = {
  // Resolves with the reason when the lock is gone before it was released.
  lost: Promise<string>
  release(): Promise<void>
}

// A lock that was taken for a plan. `hasBegun`: an earlier run noted there, by `begin`, that it began this plan.
export type PlanLock = Lock & { hasBegun: boolean }

// What a run needs for itself: the whole server, or some apps on it while others work on other apps. `release` is the
// one whose interrupted commands are followed, not obstacles.
export type LockClaim = 'server' | readonly { app: string; release: string }[]

export type StepContext = {
  plan: string // the plan's digest
  id: string // unique in the plan, the same in every run of it: names a long step on the server
  progress(text: string): void
  patience?: number // milliseconds for which a lost server is tried again
}

// A server as the engine sees it: the real one over SSH, or the in-memory one of the tests, held against each other.
export type Host = {
  server: string
  hostKey: string
  system(): Promise<System>
  probe(queries: readonly FactQuery[]): Promise<Facts>
  // Takes the server's lock or fails at once with FLIGHT_LOCKED, naming the
  // holder. A step of another plan that still runs there is a holder too.
  lock(holder: Holder, plan: string, claim: LockClaim): Promise<PlanLock>
  // Notes that a plan was found to be what planning gives, and is begun. Only root can: whoever finds that note may go
  // on with the plan.
  begin(plan: string): Promise<void>
  // Everybody who holds it, or an app on it.
  holders(): Promise<readonly Holder[]>
  // Performs one step; doing it again does no harm. FLIGHT_STEP_FAILED and friends when it did not work.
  perform(step: Step, context: StepContext): Promise<void>
  // Appends one line to what the server remembers of applied plans.
  record(line: string): Promise<void>
  history(): Promise<readonly string[]>
  // Files as they are now, for a person to look at, all at once; left out are those that are too large to be shown.
  read(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  close(): void
}

// Connects to a server and compares its host key.
export type Connect = (server: Server) => Promise<Host>
