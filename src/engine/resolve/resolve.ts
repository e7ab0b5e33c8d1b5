import { serviceReading } from '../../features/services.ts'
import { appOfPrograms } from '../../model/app-paths.ts'
import type { FactQuery, Facts } from '../../model/fact.ts'
import type { Resource, ResourceOf } from '../../model/resource.ts'
import { differenceOf } from '../compare.ts'
import type { Wanted } from './wanted.ts'
import { leftOversIn, programsIn, recordedServices } from './left-overs.ts'

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
  const missing = resources.flatMap((resource) =>
    resource.kind === 'package' && differenceOf(resource, facts).is === 'change' ? [resource.name] : [],
  )
  const configure = withWhatFollows(
    [...resources, ...recordedServices(wanted, facts)].map((resource) => withChanges(resource, written, missing)),
    facts,
  )
  return { configure, retire: retiringOf(wanted, facts), waiting }
}

// Resources that know which of their files this plan writes.
export function withWritten(resources: readonly Resource[], facts: Facts): Resource[] {
  const written = resources.flatMap((resource) => changedPaths(resource, facts))
  return resources.map((resource) => withChanges(resource, written, []))
}

function isWaiting({ awaits }: Resource, facts: Facts): boolean {
  return awaits !== undefined && facts.get({ fact: 'file', path: awaits, wanted: undefined }).type === 'absent'
}

function changedPaths(resource: Resource, facts: Facts): string[] {
  if (resource.kind !== 'file' && resource.kind !== 'link' && resource.kind !== 'retired') return []
  return differenceOf(resource, facts).is === 'change' ? [resource.desired.path] : []
}

function withChanges(resource: Resource, written: readonly string[], missing: readonly string[]): Resource {
  if (resource.kind === 'programs') {
    const changes = written.filter((path) => appOfPrograms(path) === resource.desired.app)
    return { ...resource, desired: { ...resource.desired, changes } }
  }
  if (resource.kind !== 'service') return resource
  const { configuration, extensions } = resource.desired
  const changes = written
    .filter((path) => configuration.some((folder) => path === folder || path.startsWith(`${folder}/`)))
    .sort()
  const installs = extensions === undefined ? [] : missing.filter((name) => name.startsWith(extensions)).sort()
  return { ...resource, desired: { ...resource.desired, changes, installs } }
}

// Services that load in this plan know which others load after them.
function withWhatFollows(resources: readonly Resource[], facts: Facts): Resource[] {
  const loads = resources.map((resource) =>
    resource.kind === 'service' &&
    resource.desired.test.program !== 'none' &&
    differenceOf(resource, facts).is === 'change'
      ? resource.desired
      : undefined,
  )
  return resources.map((resource, index) => {
    if (resource.kind !== 'service' || loads[index] === undefined) return resource
    const precedes = loads
      .slice(index + 1)
      .flatMap((load) =>
        load === undefined
          ? []
          : [{ test: load.test, configuration: load.configuration, mark: load.mark, changes: load.changes }],
      )
    return { ...resource, desired: { ...resource.desired, precedes } }
  })
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
    return withWhatFollows(
      [
        ...retired,
        ...retired.flatMap(({ desired }) => programsIn(desired.path, written)),
        ...loadsOf(retired, wanted).map((service) => withChanges(service, written, [])),
      ],
      facts,
    )
  })
}

// The services that read what is retired, once each, to load it in their turn.
function loadsOf(retired: readonly ResourceOf<'retired'>[], wanted: Wanted): ResourceOf<'service'>[] {
  const known = new Map(
    wanted.resources.flatMap((resource) => (resource.kind === 'service' ? [[resource.name, resource] as const] : [])),
  )
  const reading = new Map(
    retired.flatMap(({ desired }) => serviceReading(desired.path) ?? []).map((service) => [service.name, service]),
  )
  return [...reading.values()].map((service) => {
    const { desired, ...resource } = known.get(service.name) ?? {
      ...service,
      desired: { ...service.desired, wanted: false },
    }
    const waitForNginx = desired.test.program === 'php-fpm' ? OLD_WORKERS_SECONDS : 0
    return {
      ...resource,
      name: `${resource.name} after retiring`,
      desired: { ...desired, phase: 'retire', pools: [], waitForNginx },
    }
  })
}

// How long nginx's old workers may go on sending requests to a pool that is about to go. A request that is still
// running then is not cut off: FPM's reload waits for it.
const OLD_WORKERS_SECONDS = 60
