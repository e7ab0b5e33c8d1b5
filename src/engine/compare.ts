import type { Action, ActionOf, Difference } from '../model/action.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import { onServer, type ServerProblem } from '../model/errors.ts'
import { addressOf, type KindName, type Resource, type ResourceOf } from '../model/resource.ts'
import type { Hold, Needed } from '../model/hold.ts'
import type { Step } from '../model/step.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { RestOfPlan } from '../kinds/kind.ts'

export function factsOfResource(resource: Resource): readonly FactQuery[] {
  return kindOf(resource.kind).facts(resource.desired)
}

// What comparing all that is wanted on a server with its facts says.
export type Compared = {
  changes: readonly { resource: Resource; action: Action }[]
  same: ReadonlyMap<string, string> // address -> why nothing is to be done
  blocked: readonly ServerProblem[]
  notes: readonly string[]
  passing: readonly string[]
}

// Compares resources in their order. Pure.
export function compared(server: string, resources: readonly Resource[], facts: Facts): Compared {
  const same = new Map<string, string>()
  const blocked: ServerProblem[] = []
  const notes: string[] = []
  const passing: string[] = []
  const changes = resources.flatMap((resource) => {
    const difference = differenceOf(resource, facts)
    if (difference.is === 'conflict') {
      const { code = 'FLIGHT_CONFLICT', where, what, hint } = difference
      blocked.push({ code, ...onServer(server, where), what, hint })
      return []
    }
    notes.push(...(difference.notes ?? []))
    passing.push(...(difference.passing ?? []))
    if (difference.is === 'change') return [{ resource, action: actionOf(server, resource, difference) }]
    same.set(addressOf(server, resource), difference.why)
    return []
  })
  return { changes, same, blocked, notes, passing }
}

// What comparing a resource with a server's facts says.
export function differenceOf(resource: Resource, facts: Facts): Difference<Action['before']> {
  return kindOf(resource.kind).diff(resource.desired, facts)
}

// What a plan says of a resource as it shall be.
export function afterOf({ kind, desired }: Resource): Action['after'] {
  return kindOf(kind).withhold?.(desired) ?? desired
}

// The action that makes a change on a server, as it stands in a plan.
export function actionOf(
  server: string,
  resource: Resource,
  difference: Extract<Difference<Action['before']>, { is: 'change' }>,
): Action {
  const { kind, feature } = resource
  return {
    address: addressOf(server, resource),
    kind,
    feature,
    ...difference.change,
    after: afterOf(resource),
  } as ActionOf<KindName> as Action
}

// The resource with what only the rest of its plan decides.
export function resourceWithin(resource: Resource, rest: RestOfPlan): Resource {
  const desired = kindOf(resource.kind).within?.(resource.desired, rest) ?? resource.desired
  return { ...resource, desired } as ResourceOf<KindName> as Resource
}

// The action with what its plan does not hold: content from what the
// definitions compile to, artifacts and secrets of this controller.
export function revealed(action: Action, resources: readonly Resource[], hold: Hold): Action {
  const { reveal } = kindOf(action.kind)
  if (reveal === undefined) return action
  const server = action.address.slice(0, action.address.indexOf('/'))
  const compiled = resources.find(
    (resource) => resource.kind === action.kind && addressOf(server, resource) === action.address,
  )?.desired
  return { ...action, after: reveal(action, hold, compiled) } as ActionOf<KindName> as Action
}

// What applying an action needs of the controller, beside its plan.
export function neededFor(action: Action): Needed | undefined {
  return kindOf(action.kind).needs?.(action.after)
}

// The file that an action replaces and whose content its plan does not say, and the action with it.
export function unseenIn(action: Action): { path: string; sha256: string; seen(content: string): Action } | undefined {
  const unseen = kindOf(action.kind).unseen?.(action)
  if (unseen === undefined) return undefined
  const { path, sha256, seen } = unseen
  return { path, sha256, seen: (content) => ({ ...action, before: seen(content) }) as ActionOf<KindName> as Action }
}

// The paths of configuration that a resource or an action makes its own on a server.
export function pathsOf(of: Resource | Action): readonly string[] {
  return kindOf(of.kind).writes?.('after' in of ? of.after : of.desired) ?? []
}

// What takes an action back; nothing where it needs no taking back.
export function undoOf(action: Action, why: string): readonly Step[] {
  return kindOf(action.kind).undo?.(action, why) ?? []
}

export function stepsOf(action: Action): readonly Step[] {
  return kindOf(action.kind).steps(action)
}
