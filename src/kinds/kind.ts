import type { Action, ActionOf, BeforeOf, Difference } from '../model/action.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import type { Hold } from '../model/hold.ts'
import type { Claim, DesiredOf, KindName, Load } from '../model/resource.ts'
import type { Step } from '../model/step.ts'

// A kind asks and says; it never talks to a server. All members are pure, and what is said of a kind is said here
// alone: nobody else asks of which kind something is. A member that is left out has the default that its line names.
export type Kind<K extends KindName> = {
  // What must be read to decide.
  facts(desired: DesiredOf[K]): readonly FactQuery[]
  // What differs, or why nothing is to be done, or who stands in the way.
  diff(desired: DesiredOf[K], facts: Facts): Difference<BeforeOf[K]>
  // What would close the difference.
  steps(action: ActionOf<K>): readonly Step[]
  // What takes an action back that was done or begun, when a release goes back on all servers; `why` in one line.
  // Default: nothing does.
  undo?(action: ActionOf<K>, why: string): readonly Step[]

  // The same with what only the rest of its plan decides. Default: it does not depend on the rest.
  within?(desired: DesiredOf[K], rest: RestOfPlan): DesiredOf[K]
  // As it stands in a plan, without what nobody may read. Default: all of it.
  withhold?(desired: DesiredOf[K]): DesiredOf[K]
  // What is wanted of an action with what its plan does not hold; `compiled`: as the definitions want it now.
  // Default: a plan holds all of it.
  reveal?(action: ActionOf<K>, hold: Hold, compiled: DesiredOf[K] | undefined): DesiredOf[K]

  // Whether a planned action still finds what it was planned on, `now` being what is planned again. Default: only when
  // exactly the same is there.
  holds?(planned: ActionOf<K>, now: ActionOf<K>): boolean
  // What became of a planned action whose resource nobody asks for any more, by what is planned now. Default: nobody
  // can tell.
  unasked?(planned: ActionOf<K>, now: readonly Action[]): 'open' | 'done' | undefined

  // The paths of configuration that are its own on a server. Default: none.
  writes?(desired: DesiredOf[K]): readonly string[]
  // What nobody else may claim. Default: nothing.
  claims?(desired: DesiredOf[K]): readonly Claim[]
  // What it loads when it is done. Default: nothing.
  loads?(desired: DesiredOf[K]): Load
  // The package that apt installs: neighbours are one transaction. Default: none.
  installs?(change: Pick<ActionOf<K>, 'before' | 'after'>): { name: string; version: string | undefined }
  // Whether packages come from what it writes, so that apt reads its lists again. Default: no.
  isAptSource?: true
  // Whether requests or workers see something else from then on: done, and taken back, on all servers at the same
  // moment. Default: no.
  isSwitch?(desired: DesiredOf[K]): boolean
  // Whether it concerns one app alone, so that what follows is done though it failed. Default: no.
  isOneAppsOnly?: true
}

// What else a plan does on the same server.
export type RestOfPlan = {
  writes: readonly string[] // paths
  installs: readonly string[] // packages
  loads: readonly Load[] // what is loaded later
}
