import { siteNotes } from '../../features/app-site.ts'
import type { Action } from '../../model/action.ts'
import type { Cluster } from '../../model/definitions.ts'
import type { ServerProblem } from '../../model/errors.ts'
import type { FactQuery, Facts } from '../../model/fact.ts'
import type { Leftover, PlannedInstall } from '../../model/plan.ts'
import type { Resource } from '../../model/resource.ts'
import { capacityWarning } from './capacity.ts'
import { kindOf } from '../../kinds/kinds.ts'
import { programsIn } from '../../features/retiring.ts'
import { compared, factsOfResource, pathsOf } from '../compare.ts'
import type { Wanted } from './wanted.ts'
import { judgeInstall } from './judge-install.ts'
import { leftBehind, queriesForLeftBehind } from './left-behind.ts'
import { leftOversIn, recordedServices } from './left-overs.ts'
import { resolve, SERVER_QUERIES } from './resolve.ts'
import { liveQuery } from './live-elsewhere.ts'
import { queriesForRivals, rivalSites } from './rival-sites.ts'

// What is planned for one server, and why nothing is to be done where nothing is.
export type ServerPlan = {
  configure: readonly Action[]
  retire: readonly Action[] // once what takes its place works everywhere
  staged: readonly { stage: string; action: Action }[] // of what is done on all servers or on none
  same: ReadonlyMap<string, string> // address -> why nothing is to be done
  install: PlannedInstall | null
  blocked: readonly ServerProblem[]
  notes: readonly string[]
  passing: readonly string[] // what is told while planning, and is otherwise soon
  leftovers: readonly Leftover[]
}

// What a server's plan is made of: what is wanted there, and what it said.
export type Case = { server: string; cluster: Cluster; wanted: Wanted; facts: Facts }

export function actionsIn(plan: Pick<ServerPlan, 'configure' | 'retire' | 'staged'>): readonly Action[] {
  return [...plan.configure, ...plan.retire, ...plan.staged.map(({ action }) => action)]
}

// Everything that planning a server asks it, in one probe.
export function queriesFor({ resources, apps }: Wanted): FactQuery[] {
  const awaited = resources.flatMap(({ awaits }): FactQuery[] =>
    awaits === undefined ? [] : [{ fact: 'file', path: awaits, wanted: undefined }],
  )
  return [
    ...SERVER_QUERIES,
    ...resources.flatMap(factsOfResource),
    ...awaited,
    ...apps.map(({ app }) => liveQuery(app.name)),
    ...queriesForRivals(resources),
  ]
}

// What has to be asked beside, about what Flight wrote here once and nobody wants any more.
export function queriesForLeftOvers(wanted: Wanted, cluster: Cluster, facts: Facts): FactQuery[] {
  const leftOvers = leftOversIn(wanted, facts)
  const more = [
    ...leftOvers,
    ...leftOvers.flatMap(({ desired }) => programsIn(desired.path)),
    ...recordedServices(wanted, facts),
  ]
  return [
    ...more.flatMap(factsOfResource),
    ...queriesForLeftBehind(asDefined(wanted, cluster, []), facts.get({ fact: 'manifest' })),
  ]
}

// Compares what is wanted with what is there. Pure.
export function planServer({
  server,
  cluster,
  wanted,
  facts,
  allowUpgrades,
}: Case & { allowUpgrades: boolean }): ServerPlan {
  const resolved = resolve(wanted, facts)
  const configuring = compared(server, resolved.configure, facts)
  const retiringThere = compared(server, resolved.retire, facts)
  const configure = configuring.changes.map(({ action }) => action)
  const retire = retiringThere.changes.map(({ action }) => action)
  const judged = judgeInstall(server, configure, facts, allowUpgrades)
  const retiring = retire.flatMap(pathsOf)
  const rivals = rivalSites(server, wanted.resources, retiring, facts)
  const capacity = capacityWarning(wanted.apps, cluster, facts.get({ fact: 'memory' }))
  return {
    configure,
    retire,
    staged: [],
    same: new Map([...configuring.same, ...retiringThere.same]),
    install: judged.install,
    blocked: [...configuring.blocked, ...retiringThere.blocked, ...rivals, ...judged.blocked],
    notes: [
      ...(capacity === undefined ? [] : [capacity]),
      ...wanted.apps.flatMap(siteNotes),
      ...waitingNotes(resolved.waiting),
      ...foreignPools(wanted.resources, facts),
      ...configuring.notes,
      ...retiringThere.notes,
    ],
    passing: [...configuring.passing, ...retiringThere.passing],
    leftovers: leftBehind(asDefined(wanted, cluster, retiring), facts),
  }
}

// What a server is for as a whole, whatever the plan was asked for.
function asDefined({ resources, apps }: Wanted, { php }: Cluster, retiring: readonly string[]) {
  return { php, apps: apps.map(({ app }) => app.name), resources, retiring }
}

// What waits for an app's first release, each feature once.
function waitingNotes(waiting: readonly Resource[]): string[] {
  const features = new Map<string, Set<string>>()
  for (const { awaits = '', feature } of waiting) features.set(awaits, (features.get(awaits) ?? new Set()).add(feature))
  return [...features].map(([awaits, names]) => `${[...names].join(', ')}: not before there is a release (${awaits})`)
}

// Pools of others live under the same master: they are told that its limits will be theirs too.
function foreignPools(resources: readonly Resource[], facts: Facts): string[] {
  const versions = resources.flatMap(({ kind, desired }) => {
    const test = kindOf(kind).loads?.(desired).test
    return test?.program === 'php-fpm' ? [test.version] : []
  })
  return facts
    .get({ fact: 'foreign', claim: 'fpm-pool' })
    .filter(
      (line) =>
        versions.some((version) => line.file.startsWith(`/etc/php/${version}/`)) && !line.text.startsWith('[global]'),
    )
    .map(
      (line) =>
        `pool ${line.text} of ${line.file}:${line.line} is not Flight's: it stays, and shares FPM's limits and OPcache`,
    )
}
