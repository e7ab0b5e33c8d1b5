import { programsIn, retiredFile, unwantedService } from '../../features/retiring.ts'
import type { Facts } from '../../model/fact.ts'
import type { Resource } from '../../model/resource.ts'
import { pathsOf } from '../compare.ts'
import type { Wanted } from './wanted.ts'

type Retired = ReturnType<typeof retiredFile>

// Files of Flight that no definition wants any more. Which these are is known only once the manifest is read, so what
// lies there now is asked for in a second probe.
export function leftOversIn({ resources, retires }: Wanted, facts: Facts): Retired[] {
  const wanted = new Set(resources.flatMap(pathsOf))
  return facts
    .get({ fact: 'manifest' })
    .filter((entry) => retires(entry.scope) && !wanted.has(entry.path) && isConfiguration(entry.path))
    .map(retiredFile)
}

// Only text that a daemon reads can become a comment. A key or a phar that nobody wants does no harm where it lies, and
// an FPM that nobody wants goes on with the one pool that it needs to start at all.
function isConfiguration(path: string): boolean {
  return (
    path.startsWith('/etc/') &&
    !path.startsWith('/etc/apt/keyrings/') &&
    !/^\/etc\/php\/[^/]+\/fpm\/pool\.d\/(flight|www)\.conf$/.test(path)
  )
}

// What reads files that Flight wrote here once and that is not among what is wanted: it must still run what lies on
// disk, also where a run died between retiring a file and loading that.
export function recordedServices({ resources }: Wanted, facts: Facts): Resource[] {
  const have = new Set(resources.map(({ kind, name }) => `${kind} ${name}`))
  const wanted = new Set(resources.flatMap(pathsOf))
  const recorded = facts.get({ fact: 'manifest' }).filter(({ path }) => !wanted.has(path))
  const services = recorded.flatMap(({ path }) => unwantedService(path))
  // Of an app whose file is retired already nothing may run. One
  // that is about to be retired is looked after with its file.
  const programs = recorded.filter(({ scope }) => scope === 'retired').flatMap(({ path }) => programsIn(path))
  const unique = new Map(
    [...services, ...programs].map((resource): [string, Resource] => [`${resource.kind} ${resource.name}`, resource]),
  )
  return [...unique].flatMap(([id, resource]) => (have.has(id) ? [] : [resource]))
}
