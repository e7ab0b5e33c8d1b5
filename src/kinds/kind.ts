import type { ActionOf, BeforeOf, Difference } from '../model/action.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import type { DesiredOf, KindName } from '../model/resource.ts'
import type { Step } from '../model/step.ts'

// A kind asks and says; it never talks to a server. All members are pure.
export type Kind<K extends KindName> = {
  // What must be read to decide.
  facts(desired: DesiredOf[K]): readonly FactQuery[]
  // What differs, or why nothing is to be done, or who stands in the way.
  diff(desired: DesiredOf[K], facts: Facts): Difference<BeforeOf[K]>
  // What would close the difference.
  steps(action: ActionOf<K>): readonly Step[]
  // What takes an action back that was done or begun, when a release goes back on all servers; `why` in one line.
  undo?(action: ActionOf<K>, why: string): readonly Step[]
}
