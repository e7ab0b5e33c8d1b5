import type { Cluster, Definitions } from '../../model/definitions.ts'
import type { Problem, ServerProblem } from '../../model/errors.ts'
import type { FactQuery, Facts } from '../../model/fact.ts'
import type { LockClaim, Host } from '../../model/host.ts'
import type { Plan, PlanBody, Stage } from '../../model/plan.ts'
import type { Receipt } from '../../model/receipt.ts'
import type { ReleaseCargo } from '../../model/release.ts'
import type { Server, System } from '../../model/server.ts'
import type { Phase } from '../../model/stage-name.ts'
import type { Step } from '../../model/step.ts'
import type { AskedOf, UndertakingName } from '../../model/undertaking.ts'
import type { Elsewhere } from '../resolve/live-elsewhere.ts'
import type { Case, ServerPlan } from '../resolve/plan-server.ts'
import type { Chosen, WantedPlace, Wanted } from '../resolve/wanted.ts'

// What a run does as one: configuring, a release, a push of environment files. The engine asks it what is particular to
// it; nothing else knows which one it is.
export type Undertaking = {
  // Whether it is done on all of its servers or on none.
  isAllOrNone: boolean
  // What is wanted on one server.
  wanted(place: WantedPlace): Wanted
  // What a server is asked for that, and what beside, once the first is known.
  facts(wanted: Wanted): readonly FactQuery[]
  factsBeside(wanted: Wanted, cluster: Cluster, first: Facts): readonly FactQuery[]
  serverPlan(of: Case): ServerPlan
  // What it holds on each of its servers while it works there.
  claim: LockClaim
  // Whether all servers do a stage at the same moment, and nobody interrupts it half way.
  isCritical(stage: string): boolean
  // Whether a stage is not begun while one of the servers cannot be reached.
  needsAll(stage: string): boolean
  // What takes it back; undefined where what is done stays.
  wayBack: WayBack | undefined
  // What a receipt says of it beside what was done.
  receipt(cargo: ReadonlyMap<string, ReleaseCargo>): Pick<Receipt, 'releases' | 'pushes'>
}

// The same while it is planned, when everything is known that only all servers together say.
export type Planning = Undertaking & {
  // What was asked for, and what all answers make of it.
  said(answers: readonly Answer[]): Pick<PlanBody, 'asked' | 'releases' | 'pushes'>
  // What the answers of all decide: the plans of single servers as they can be done beside the others'.
  together(answers: readonly Answer[], definitions: Definitions): readonly Answer[]
  // What is said of apps whose servers serve different releases, by server.
  elsewhere(answers: readonly Answer[]): ReadonlyMap<string, readonly Elsewhere[]>
  // `isWhole`: no server is missing or blocked.
  stages(answers: readonly Answer[], definitions: Definitions, isWhole: boolean): Stage[]
}

// A server that said everything that planning needs.
export type Answer = {
  is: 'asked'
  server: Server
  cluster: Cluster
  system: System
  hostKey: string
  wanted: Wanted
  facts: Facts
  plan: ServerPlan
}

// What is asked for, before any server was: the servers that it concerns, and how it is planned. Where that stands on
// what all of them say, it is told once all are connected; `missing`: why some are not.
export type Begun = {
  servers: readonly Chosen[]
  planning: Planning | ((hosts: readonly Reached[], missing: readonly ServerProblem[]) => Promise<Planning>)
}
export type Reached = Chosen & { host: Host }

// `wasLive`: requests were answered with it already.
export type ReasonToGoBack = { problem: Problem; wasLive: boolean }

export type WayBack = {
  // Why all of it has to be taken back when the stage `stopped` did not work somewhere; undefined where it stays.
  reason(stopped: string, problems: readonly Problem[]): ReasonToGoBack | undefined
  // Whether what a stage did is taken back on all servers before the rest.
  goesBackFirst(stage: string): boolean
  // Whether a step that takes an action back is left out.
  spares(step: Step): boolean
  // What it comes to, for the one who reads it. `open`: servers that could not go back.
  words: { what: string; wasDone: string; restored: string; again: string }
}

// One line of a plan in a few words; `mark` as in front of other lines of a summary.
export type Line = { mark: '>' | '~' | '!' | ' '; text: string }

export type Words = {
  // Why a stage is one of its own, where its name does not say enough.
  stages: Partial<Record<Phase, string>>
  // What a plan is about. `names` writes a list of servers as short as whoever reads it wants it.
  lines(plan: Plan, names: (servers: readonly string[]) => string): readonly Line[]
  // The title of a receipt when it was taken back.
  takenBack: string
  // What to do when it did not work; undefined where it is done again as it was.
  next(outcome: 'failed' | 'went back' | 'done'): string | undefined
}

// One undertaking as the registry has it.
export type Module<N extends UndertakingName> = {
  words: Words
  // What was asked for, in a few words: cluster staging, app shop. None: everything. `apart`: what is left out of it.
  named(asked: AskedOf<N>): { parts: readonly string[]; apart?: string }
  // Whether a receipt is of this one.
  isIn(of: Made): boolean
  begin(asked: AskedOf<N>, definitions: Definitions): Begun
  // The same for a plan that was made earlier. What only all servers together decide is what the plan has, until
  // `said` says of their answers what it is now.
  again(asked: AskedOf<N>, plan: PlanBody): Planning
}

// What receipts say of what they are.
export type Made = { releases: readonly unknown[]; pushes?: readonly unknown[] | undefined }
