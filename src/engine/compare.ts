import type { Action, ActionOf, Difference } from '../model/action.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import { addressOf, type KindName, type Resource, type ResourceOf } from '../model/resource.ts'
import type { Step } from '../model/step.ts'
import { KINDS } from '../kinds/kinds.ts'
import type { Kind } from '../kinds/kind.ts'

// The union of kinds meets its table only here: a resource and an action carry the name of the kind that knows them.
function kindOf(name: KindName): Kind<KindName> {
  return KINDS[name]
}

export function factsOfResource(resource: Resource): readonly FactQuery[] {
  return kindOf(resource.kind).facts(resource.desired)
}

// What comparing a resource with a server's facts says.
export function differenceOf(resource: Resource, facts: Facts): Difference<Action['before']> {
  return kindOf(resource.kind).diff(resource.desired, facts)
}

export function actionOf(server: string, resource: Resource, difference: Extract<Difference<Action['before']>, { is: 'change' }>): Action {
  const { verb, before, because } = difference.change
  const { kind, feature, desired } = resource as ResourceOf<KindName>
  return { address: addressOf(server, resource), kind, feature, verb, before, after: desired, because } as ActionOf<KindName> as Action
}

export function stepsOf(action: Action): readonly Step[] {
  return kindOf(action.kind).steps(action)
}
