import type { Settings } from '../model/definitions.ts'
import type { Plan } from '../model/plan.ts'
import { planText } from '../views/plan-text.ts'
import { type Offer, planned } from './offer.ts'
import { scopeOf, type ScopeNames } from './scope.ts'
import type { Session } from './session.ts'

// `apps`: with the apps of the servers, or the servers alone. Without `serial` it is what flight.yml says.
export type Configuring = { apps: boolean; allowUpgrades: boolean; serial: Settings['serial'] | undefined }

// What a look at the servers plans: everything, for nobody to carry out.
export const LOOKING: Configuring = { apps: true, allowUpgrades: false, serial: undefined }

// Plans what the definitions say for the named part of them. Changes nothing anywhere.
export async function planConfiguration(
  session: Session,
  names: ScopeNames,
  { apps, allowUpgrades, serial }: Configuring,
): Promise<Plan> {
  const { definitions } = session
  return planned(session, {
    undertaking: 'configuration',
    scope: scopeOf(names, definitions),
    apps,
    allow: allowUpgrades ? ['upgrades'] : [],
    serial: serial ?? definitions.settings.serial,
  })
}

// Makes servers what the definitions say. One that cannot be asked does not stop the others.
export function configuration(what: string, names: ScopeNames, planning: Configuring): Offer {
  return {
    what,
    plan: async (session) => ({ plan: await planConfiguration(session, names, planning) }),
    texts: (plan, shape) => [planText(plan, shape)],
    document: (plan, receipt) => ({ plan, receipt }),
    isPlannedAgain: false,
  }
}
