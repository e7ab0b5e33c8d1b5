import type { BeforeOf } from '../model/action.ts'
import type { ServiceDesired } from '../model/resource.ts'
import type { Kind } from './kind.ts'

// A service runs, starts at boot, and runs the configuration that lies on disk: whether it does is a fact, not an event.
export const serviceKind: Kind<'service'> = {
  facts: (desired) => [serviceQuery(desired)],
  diff(desired, facts) {
    const fact = facts.get(serviceQuery(desired))
    const before: BeforeOf['service'] = { exists: fact.exists, enabled: fact.enabled, active: fact.active }
    if (!fact.exists) return { is: 'change', change: { verb: 'start', before, because: [`${desired.title} is not installed yet`] } }
    if (!fact.active || !fact.enabled) {
      const because = [...(fact.active ? [] : ['it does not run']), ...(fact.enabled ? [] : ['it does not start at boot'])]
      // A running one that only lacks its boot link may have configuration to load as well: start loads nothing.
      if (fact.active && desired.changes.length > 0) because.push('this plan changes its configuration')
      return { is: 'change', change: { verb: fact.active && desired.changes.length > 0 ? 'reload' : 'start', before, because } }
    }
    const because = [
      ...(desired.changes.length === 0 ? [] : [`this plan changes ${desired.changes.length === 1 ? desired.changes[0] : `${desired.changes.length} of its files`}`]),
      ...(fact.unloaded === undefined ? [] : [`${fact.unloaded.path} changed after it last loaded its configuration`]),
    ]
    if (because.length === 0) return { is: 'same', why: `${desired.title} runs with the configuration that lies on disk` }
    const unloaded = fact.unloaded === undefined ? {} : { unloaded: fact.unloaded.path }
    return { is: 'change', change: { verb: 'reload', before: { ...before, ...unloaded }, because } }
  },
  steps({ verb, before, after }) {
    const { unit, configuration, mark, test, changes } = after
    const common = { step: 'service', unit, configuration, mark, test, changes } as const
    if (verb !== 'reload') return [{ ...common, does: 'start' }]
    return before.enabled ? [{ ...common, does: 'reload' }] : [{ ...common, does: 'start' }, { ...common, does: 'reload' }]
  },
}

function serviceQuery(desired: ServiceDesired) {
  return { fact: 'service', unit: desired.unit, configuration: desired.configuration, mark: desired.mark } as const
}
