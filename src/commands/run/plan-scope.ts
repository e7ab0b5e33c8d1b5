import type { Plan } from '../../model/plan.ts'
import { scopeOf, type ScopeNames } from './scope.ts'
import type { Session } from './session.ts'

// Plans for the named part of the session's definitions. Changes nothing anywhere.
export async function planScope(session: Session, names: ScopeNames, allowUpgrades: boolean): Promise<Plan> {
  const { definitions, connect, parallel, listen, signal } = session
  const scope = scopeOf(names, definitions)
  const { makePlan } = await import('../../engine/make-plan.ts')
  return makePlan({ definitions, scope, allowUpgrades, connect, parallel, listen, signal })
}
