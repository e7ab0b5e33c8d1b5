import type { Action, ActionOf, BeforeOf, Difference } from '../model/action.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import type { Hold, Needed } from '../model/hold.ts'
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

  // What a person reads of an action.
  said(action: ActionOf<K>): Said
  // How people call a resource by its name in an address. Default: KIND NAME.
  called?(name: string): string | undefined
  // What a summary counts its actions as. Default: they are not counted.
  counted?: Counted
  // What of a server is started or loaded, which a summary says once for all servers. Default: nothing.
  running?(action: ActionOf<K>): Running

  // The same with what only the rest of its plan decides. Default: it does not depend on the rest.
  within?(desired: DesiredOf[K], rest: RestOfPlan): DesiredOf[K]
  // As it stands in a plan, without what nobody may read. Default: all of it.
  withhold?(desired: DesiredOf[K]): DesiredOf[K]
  // What applying it needs of the controller, beside its plan. Default: nothing.
  needs?(desired: DesiredOf[K]): Needed | undefined
  // What is wanted of an action with what its plan does not hold; `compiled`: as the definitions want it now.
  // Default: a plan holds all of it.
  reveal?(action: ActionOf<K>, hold: Hold, compiled: DesiredOf[K] | undefined): DesiredOf[K]

  // The file that it replaces and whose content its plan does not say; `seen`: what was there, with it. Default: none.
  unseen?(action: ActionOf<K>): Unseen<K> | undefined

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
  // Whether it concerns one app alone, so that what follows is done though it failed. Default: no.
  isOneAppsOnly?: true
}

export type Unseen<K extends KindName> = { path: string; sha256: string; seen(content: string): BeforeOf[K] }

// Plain values: views draw them. An action reads as VERB NOUN NAME; each fact is a part of a sentence.
export type Said = {
  noun: string
  name: string
  facts: readonly string[]
  isForeign?: boolean // it replaces what Flight did not write: nobody may overlook that
  text?: SaidText
}

// The text of a file as it was and as it will be; `unlike`: what is said where the two cannot be compared by line.
export type SaidText = { was?: string; is?: string; unlike?: readonly string[] }

// `isFile`: whether the table of a plan counts it among the files.
export type Counted = { one: string; many: string; isFile: boolean }

// nginx; workers of shop, `of` being what several of are said together. `effect`: what that does to what runs.
export type Running = { what: string; of?: string; effect: string | undefined }

// What else a plan does on the same server.
export type RestOfPlan = {
  writes: readonly string[] // paths
  installs: readonly string[] // packages
  loads: readonly Load[] // what is loaded later
}
