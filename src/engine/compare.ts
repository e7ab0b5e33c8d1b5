import type { Action, ActionOf, Difference } from '../model/action.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import { addressOf, type KindName, type Resource, type ResourceOf } from '../model/resource.ts'
import type { ReleaseCargo } from '../model/release.ts'
import type { Secret } from '../model/secret.ts'
import type { Step } from '../model/step.ts'
import { KINDS } from '../kinds/kinds.ts'
import type { Kind } from '../kinds/kind.ts'
import { contentDigest } from './digest.ts'

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

// What nobody may read stands in a plan by its digest; applying puts the content back that the definitions say.
export function actionOf(
  server: string,
  resource: Resource,
  difference: Extract<Difference<Action['before']>, { is: 'change' }>,
): Action {
  const { verb, before, because } = difference.change
  const { kind, feature, desired } = withheld(resource) as ResourceOf<KindName>
  return {
    address: addressOf(server, resource),
    kind,
    feature,
    verb,
    before,
    after: desired,
    because,
  } as ActionOf<KindName> as Action
}

function withheld(resource: Resource): Resource {
  if (resource.kind !== 'file' || !resource.desired.secret) return resource
  return { ...resource, desired: { ...resource.desired, content: contentDigest(resource.desired.content) } }
}

// What the plan does not hold and the controller has: the artifacts
// of releases and what is secret by their app, environment files.
export type Hold = {
  cargo: ReadonlyMap<string, ReleaseCargo>
  secrets: ReadonlyMap<string, Secret>
  environments: ReadonlyMap<string, Secret> // by the address of the action that writes it
  who: string
  when: string
}

// The action with what its plan does not hold: content from what the
// definitions compile to, artifacts and secrets of this controller.
export function revealed(
  action: Action,
  resources: readonly Resource[],
  { cargo, secrets, environments, who, when }: Hold,
): Action {
  if (action.kind === 'environment') {
    const secret = environments.get(action.address)
    return secret === undefined ? action : { ...action, after: { ...action.after, secret } }
  }
  if (action.kind === 'push') {
    const content = action.after.does === 'stage' ? environments.get(action.address) : undefined
    return content === undefined ? action : { ...action, after: { ...action.after, content } }
  }
  if (action.kind === 'release') {
    const sent = cargo.get(action.after.app)
    return sent === undefined ? action : { ...action, after: { ...action.after, cargo: { ...sent, who, when } } }
  }
  if (action.kind === 'command' && action.after.auth) {
    const secret = secrets.get(action.after.app)
    if (secret === undefined) throw new Error(`bug: ${action.address} has no composer_auth`)
    return { ...action, after: { ...action.after, secret } }
  }
  if (action.kind !== 'file' || !action.after.secret) return action
  const source = resources.find((resource) => resource.kind === 'file' && resource.name === action.after.path)
  if (source?.kind !== 'file' || contentDigest(source.desired.content) !== action.after.content)
    throw new Error(`bug: ${action.address} has no content, although the definitions compile to this plan`)
  return { ...action, after: { ...action.after, content: source.desired.content } }
}

// What takes an action back; nothing where it needs no taking back.
export function undoOf(action: Action, why: string): readonly Step[] {
  return kindOf(action.kind).undo?.(action, why) ?? []
}

export function stepsOf(action: Action): readonly Step[] {
  return kindOf(action.kind).steps(action)
}
