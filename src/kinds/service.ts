import type { Action, ActionOf, BeforeOf, Reason } from '../model/action.ts'
import type { ServiceFact } from '../model/fact.ts'
import type { ServiceDesired } from '../model/resource.ts'
import { count, names } from '../model/words.ts'
import type { Kind } from './kind.ts'

// A service runs, starts at boot, and runs the configuration
// that lies on disk: whether it does is a fact, not an event.
export const serviceKind: Kind<'service'> = {
  facts: (desired) => [serviceQuery(desired)],
  diff(desired, facts) {
    const fact = facts.get(serviceQuery(desired))
    const before: BeforeOf['service'] = { exists: fact.exists, enabled: fact.enabled, active: fact.active }
    // Nobody asks for it here any more, or it has been looked after before what is retired: only what it runs matters.
    if (!desired.wanted || desired.phase === 'retire') {
      const loads = desired.phase === 'retire' ? changeReasons(desired) : loadReasons(desired, fact)
      if (!fact.exists || !fact.active) return { is: 'same', why: `${desired.title} does not run` }
      if (loads.length === 0)
        return { is: 'same', why: `${desired.title} runs with the configuration that lies on disk` }
      return { is: 'change', change: { verb: 'reload', before: { ...before, ...unloadedOf(fact) }, because: loads } }
    }
    if (!fact.exists)
      return {
        is: 'change',
        change: {
          verb: 'start',
          before,
          because: [{ code: 'missing', text: `${desired.title} is not installed yet` }],
        },
      }
    if (!fact.active || !fact.enabled) {
      const because: Reason[] = [
        ...(fact.active ? [] : [{ code: 'not-running' as const, text: 'it does not run' }]),
        ...(fact.enabled ? [] : [{ code: 'not-enabled' as const, text: 'it does not start at boot' }]),
      ]
      // A running one that only lacks its boot link may have configuration to load as well.
      const loads = fact.active ? loadReasons(desired, fact) : []
      return {
        is: 'change',
        change: {
          verb: loads.length > 0 ? 'reload' : 'start',
          before: { ...before, ...unloadedOf(fact) },
          because: [...because, ...loads],
        },
      }
    }
    const because = loadReasons(desired, fact)
    if (because.length === 0)
      return { is: 'same', why: `${desired.title} runs with the configuration that lies on disk` }
    return { is: 'change', change: { verb: 'reload', before: { ...before, ...unloadedOf(fact) }, because } }
  },
  steps({ verb, before, after }) {
    const { unit, configuration, mark, test, changes, precedes, patience, pools, waitForNginx } = after
    const common = {
      step: 'service',
      unit,
      configuration,
      mark,
      test,
      changes,
      precedes,
      patience,
      pools,
      waitForNginx,
    } as const
    const start = { ...common, does: 'start' } as const
    const reload = { ...common, does: 'reload' } as const
    if (verb === 'reload') return before.enabled || !after.wanted ? [reload] : [start, reload]
    return [start]
  },
  said(action) {
    const { verb, before, after } = action
    const first = verb === 'reload' ? reloadEffect(after) : bootFact(before.enabled)
    return { noun: 'service', name: titleOf(after), facts: [first, ...causes(action)] }
  },
  running: ({ verb, after }) => ({
    what: titleOf(after),
    effect: verb === 'reload' ? reloadEffect(after) : undefined,
  }),
  within: (desired, { writes, installs, loads }) => ({
    ...desired,
    changes: writes.filter((path) => desired.configuration.some((place) => isIn(place, path))).sort(),
    installs: installs.filter((name) => desired.extensions !== undefined && name.startsWith(desired.extensions)).sort(),
    precedes: loads,
  }),
  // A service that this plan's own packages bring, or that half of the plan left with something to load, goes on.
  holds({ before: was }, { before: is }) {
    return !was.exists || (is.exists && is.enabled === was.enabled && is.active === was.active)
  },
  // Once files are retired nothing asks for the load after them by that name: then the service itself says whether it
  // still has to load them.
  unasked({ after }, now) {
    if (after.phase !== 'retire') return undefined
    const mustLoad = (other: Action) =>
      other.kind === 'service' && other.after.unit === after.unit && other.verb === 'reload'
    return now.some(mustLoad) ? 'open' : 'done'
  },
  loads: ({ test, configuration, mark, changes }) => ({ test, configuration, mark, changes }),
}

const isIn = (place: string, path: string) => path === place || path.startsWith(`${place}/`)

// A service as a plan names it: it may load twice, and the second time is for what goes.
function titleOf({ title, phase }: ServiceDesired): string {
  return phase === 'retire' ? `${title} (retiring)` : title
}

const bootFact = (isEnabled: boolean) => (isEnabled ? 'enabled already' : 'and at every boot from now on')

function causes({ verb, before, after, because }: ActionOf<'service'>): string[] {
  const pools = after.pools.map(({ name }) => name)
  const isSaid = before.unloaded === undefined || because.some(({ code }) => code === 'not-loaded')
  return [
    ...(after.wanted ? [] : ['no definition asks for it here any more: where it runs, it runs what lies on disk']),
    ...(verb === 'reload' && pools.length > 0
      ? [`must answer after that: ${count(pools.length, 'pool')} (${names(pools, 6)})`]
      : []),
    ...(after.changes.length === 0 ? [] : [`this plan writes ${names(after.changes, 4)}`]),
    ...(isSaid ? [] : [`${before.unloaded} is newer than what it runs`]),
  ]
}

// What reloading a service does to requests, as measured.
function reloadEffect({ test, waitForNginx, patience }: ServiceDesired): string {
  switch (test.program) {
    case 'nginx':
      return 'open requests finish in the old workers; some idle keep-alive connections close'
    case 'php-fpm':
      return (
        (waitForNginx > 0
          ? `first waits, at most ${waitForNginx} s, until no old nginx worker speaks to what goes; `
          : '') +
        `requests in progress finish, new ones wait until then, at most ` +
        `${patience > 0 ? `${patience} s` : 'process_control_timeout'}; ` +
        `this concerns every PHP ${test.version} pool of the server`
      )
    case 'none':
      return 'it reads its configuration again'
  }
}

function loadReasons(desired: ServiceDesired, { unloaded }: ServiceFact): Reason[] {
  const { installs } = desired
  const packages: Reason = {
    code: 'packages-change',
    text: `${installs.join(', ')} ${installs.length === 1 ? 'is' : 'are'} not installed`,
  }
  return [
    ...changeReasons(desired),
    ...(installs.length === 0 ? [] : [packages]),
    ...(unloaded === undefined
      ? []
      : [{ code: 'not-loaded' as const, text: `${unloaded.path} changed after it last loaded its configuration` }]),
  ]
}

function changeReasons({ changes, phase }: ServiceDesired): Reason[] {
  const [first] = changes
  if (first === undefined) return []
  if (phase === 'retire')
    return [
      {
        code: 'unwanted',
        text: changes.length === 1 ? `${first} is retired` : `${changes.length} of its files are retired`,
      },
    ]
  return [
    {
      code: 'files-change',
      text: changes.length === 1 ? `${first} is not as defined` : `${changes.length} of its files are not as defined`,
    },
  ]
}

function unloadedOf(fact: ServiceFact): { unloaded?: string } {
  return fact.unloaded === undefined ? {} : { unloaded: fact.unloaded.path }
}

function serviceQuery(desired: ServiceDesired) {
  return { fact: 'service', unit: desired.unit, configuration: desired.configuration, mark: desired.mark } as const
}
