import type { Action } from '../model/action.ts'
import type { Problem } from '../model/errors.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import type { PlannedInstall } from '../model/plan.ts'
import { addressOf, type Resource } from '../model/resource.ts'
import { actionOf, differenceOf, factsOfResource } from './compare.ts'
import { judgeInstall } from './judge-install.ts'
import { leftOversIn, resolve, SERVER_QUERIES } from './resolve.ts'

// What is planned for one server, and why nothing is to be done where nothing is.
export type ServerPlan = {
  actions: readonly Action[]
  same: ReadonlyMap<string, string> // address -> why nothing is to be done
  install: PlannedInstall | null
  blocked: readonly Problem[]
  notes: readonly string[]
}

// Whose files provisioning looks after.
const SCOPES = ['cluster']

// Everything that planning a server asks it, in one probe.
export function queriesFor(resources: readonly Resource[]): FactQuery[] {
  return [...SERVER_QUERIES, ...resources.flatMap(factsOfResource)]
}

// What has to be asked beside, about what Flight wrote here once and nobody wants any more.
export function queriesForLeftOvers(resources: readonly Resource[], facts: Facts): FactQuery[] {
  return leftOversIn(resources, facts, SCOPES).flatMap(factsOfResource)
}

// Compares what is wanted with what is there. Pure.
export function planServer(server: string, resources: readonly Resource[], facts: Facts, allowUpgrades: boolean): ServerPlan {
  const actions: Action[] = []
  const same = new Map<string, string>()
  const blocked: Problem[] = []
  for (const resource of resolve(resources, facts, SCOPES)) {
    const difference = differenceOf(resource, facts)
    if (difference.is === 'change') actions.push(actionOf(server, resource, difference))
    else if (difference.is === 'same') same.set(addressOf(server, resource), difference.why)
    else blocked.push({ code: 'FLIGHT_CONFLICT', where: `${server} ${difference.where}`, what: difference.what, hint: difference.hint })
  }
  const judged = judgeInstall(server, actions, facts, allowUpgrades)
  return { actions, same, install: judged.install, blocked: [...blocked, ...judged.blocked], notes: foreignPools(resources, facts) }
}

// Pools of others live under the same master: they are told that its limits will be theirs too.
function foreignPools(resources: readonly Resource[], facts: Facts): string[] {
  const versions = resources.flatMap((resource) => (resource.kind === 'service' && resource.desired.test.program === 'php-fpm' ? [resource.desired.test.version] : []))
  return facts
    .get({ fact: 'foreign', claim: 'fpm-pool' })
    .filter((line) => versions.some((version) => line.file.startsWith(`/etc/php/${version}/`)) && !line.text.startsWith('[global]'))
    .map((line) => `pool ${line.text} of ${line.file}:${line.line} is not Flight's: it stays, and shares FPM's limits and OPcache`)
}
