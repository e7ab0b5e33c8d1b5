import { loadsAfterRetiring, programsIn } from '../../features/retiring.ts'
import type { RestOfPlan } from '../../kinds/kind.ts'
import { kindOf } from '../../kinds/kinds.ts'
import type { FactQuery, Facts } from '../../model/fact.ts'
import type { Resource } from '../../model/resource.ts'
import { differenceOf, pathsOf, resourceWithin } from '../compare.ts'
import type { Wanted } from './wanted.ts'
import { leftOversIn, recordedServices } from './left-overs.ts'

// What a server is asked beside what its resources ask: what Flight wrote there once, what others have there, its size.
export const SERVER_QUERIES: readonly FactQuery[] = [
  { fact: 'manifest' },
  { fact: 'foreign', claim: 'fpm-pool' },
  { fact: 'memory' },
]

// What is to be on a server once all facts are known, in the order in which it is made. What is retired comes after
// everything that takes its place works; what waits is left as it is.
export type Resolved = { configure: readonly Resource[]; retire: readonly Resource[]; waiting: readonly Resource[] }

// What only the whole answer decides: files of Flight that nobody wants any more, what waits for a release, and which
// services must load what this plan writes. Pure.
export function resolve(wanted: Wanted, facts: Facts): Resolved {
  const waiting = wanted.resources.filter((resource) => isWaiting(resource, facts))
  const resources = wanted.resources.filter((resource) => !waiting.includes(resource))
  const written = resources.flatMap((resource) => changedPaths(resource, facts))
  const missing = resources.flatMap((resource) => missingPackage(resource, facts))
  const rest = { writes: written, installs: missing, loads: [] }
  const configure = withWhatFollows(
    [...resources, ...recordedServices(wanted, facts)].map((resource) => resourceWithin(resource, rest)),
    rest,
    facts,
  )
  return { configure, retire: retiringOf(wanted, facts), waiting }
}

// Resources that know which of their files this plan writes.
export function withWritten(resources: readonly Resource[], facts: Facts): Resource[] {
  const written = resources.flatMap((resource) => changedPaths(resource, facts))
  return resources.map((resource) => resourceWithin(resource, { writes: written, installs: [], loads: [] }))
}

function isWaiting({ awaits }: Resource, facts: Facts): boolean {
  return awaits !== undefined && facts.get({ fact: 'file', path: awaits, wanted: undefined }).type === 'absent'
}

// The change that a resource is in for, undefined where there is none.
function changeOf(resource: Resource, facts: Facts) {
  const difference = differenceOf(resource, facts)
  return difference.is === 'change' ? difference.change : undefined
}

function changedPaths(resource: Resource, facts: Facts): readonly string[] {
  const paths = pathsOf(resource)
  return paths.length > 0 && changeOf(resource, facts) !== undefined ? paths : []
}

function missingPackage(resource: Resource, facts: Facts): string[] {
  const { installs } = kindOf(resource.kind)
  if (installs === undefined) return []
  const change = changeOf(resource, facts)
  return change === undefined ? [] : [installs({ ...change, after: resource.desired }).name]
}

// What loads in this plan knows what is loaded after it.
function withWhatFollows(
  resources: readonly Resource[],
  rest: Pick<RestOfPlan, 'writes' | 'installs'>,
  facts: Facts,
): Resource[] {
  const loads = resources.map((resource) => {
    const load = kindOf(resource.kind).loads?.(resource.desired)
    return load !== undefined && load.test.program !== 'none' && changeOf(resource, facts) !== undefined
      ? load
      : undefined
  })
  return resources.map((resource, index) =>
    loads[index] === undefined
      ? resource
      : resourceWithin(resource, { ...rest, loads: loads.slice(index + 1).flatMap((load) => load ?? []) }),
  )
}

// What is retired, each group with what has to load it, in this order: what
// starts by itself first, then nginx leaves a site before its pool goes.
function retiringOf(wanted: Wanted, facts: Facts): Resource[] {
  const leftOvers = leftOversIn(wanted, facts)
  const within = (folder: string) => leftOvers.filter(({ desired }) => desired.path.startsWith(folder))
  const groups = [
    within('/etc/cron.d/'),
    within('/etc/supervisor/'),
    within('/etc/nginx/sites-enabled/'),
    within('/etc/nginx/'),
    within('/etc/php/'),
    leftOvers,
  ]
  const taken = new Set<Resource>()
  return groups.flatMap((group) => {
    const retired = group.filter((resource) => !taken.has(resource))
    for (const resource of retired) taken.add(resource)
    const written = retired.flatMap((resource) => changedPaths(resource, facts))
    const rest = { writes: written, installs: [], loads: [] }
    const paths = retired.map(({ desired }) => desired.path)
    return withWhatFollows(
      [
        ...retired,
        ...paths.flatMap((path) => programsIn(path, written)),
        ...loadsAfterRetiring(paths, wanted.resources).map((service) => resourceWithin(service, rest)),
      ],
      rest,
      facts,
    )
  })
}
