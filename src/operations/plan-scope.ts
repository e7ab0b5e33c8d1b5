import type { Settings } from '../model/definitions.ts'
import type { Plan } from '../model/plan.ts'
import { scopeOf, type ScopeNames } from './scope.ts'
import type { Session } from './session.ts'

// `apps`: with the apps of the servers, or the servers alone. Without `serial` it is what flight.yml says.
export type Planning = { apps: boolean; allowUpgrades: boolean; serial: Settings['serial'] | undefined }

// What a look at the servers plans: everything, for nobody to carry out.
export const LOOKING: Planning = { apps: true, allowUpgrades: false, serial: undefined }

// Plans for the named part of the session's definitions. Changes nothing anywhere.
export async function planScope(
  session: Session,
  names: ScopeNames,
  { apps, allowUpgrades, serial }: Planning,
): Promise<Plan> {
  const { definitions, connect, parallel, listen, signal } = session
  const scope = scopeOf(names, definitions)
  const { makePlan } = await import('../engine/plan/make-plan.ts')
  return makePlan({
    definitions,
    asked: {
      undertaking: 'configuration',
      scope,
      apps,
      allowUpgrades,
      serial: serial ?? definitions.settings.serial,
    },
    connect,
    parallel,
    listen,
    signal,
  })
}
