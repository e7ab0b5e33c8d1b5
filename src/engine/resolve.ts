import type { FactQuery, Facts } from '../model/fact.ts'
import type { Resource, ResourceOf } from '../model/resource.ts'
import { differenceOf } from './compare.ts'

// What a server is asked beside what its resources ask: what Flight wrote there once, and what others have there.
export const SERVER_QUERIES: readonly FactQuery[] = [{ fact: 'manifest' }, { fact: 'foreign', claim: 'fpm-pool' }]

// What only the whole answer decides: files of Flight that nobody wants any more, and which services must load what this
// plan writes. Pure: resources and all facts of a server -> resources.
export function resolve(resources: readonly Resource[], facts: Facts, scopes: readonly string[]): Resource[] {
  const changed = resources.flatMap((resource) => changedPaths(resource, facts))
  const retired = leftOversIn(resources, facts, scopes)
  const written = [...changed, ...retired.filter((resource) => differenceOf(resource, facts).is === 'change').map((resource) => resource.desired.path)]
  const missing = resources.flatMap((resource) => (resource.kind === 'package' && differenceOf(resource, facts).is === 'change' ? [resource.name] : []))
  const settled = resources.map((resource) => (resource.kind === 'service' ? withChanges(resource, written, missing) : resource))
  const firstService = settled.findIndex((resource) => resource.kind === 'service')
  const at = firstService < 0 ? settled.length : firstService
  return [...settled.slice(0, at), ...retired, ...settled.slice(at)]
}

function changedPaths(resource: Resource, facts: Facts): string[] {
  if (resource.kind !== 'file' && resource.kind !== 'link') return []
  return differenceOf(resource, facts).is === 'change' ? [resource.desired.path] : []
}

function withChanges(service: ResourceOf<'service'>, written: readonly string[], missing: readonly string[]): ResourceOf<'service'> {
  const { configuration, extensions } = service.desired
  const changes = written.filter((path) => configuration.some((folder) => path === folder || path.startsWith(`${folder}/`))).sort()
  const installs = extensions === undefined ? [] : missing.filter((name) => name.startsWith(extensions)).sort()
  return { ...service, desired: { ...service.desired, changes, installs } }
}

// Files of Flight that no definition wants any more. Which these are is known only once the manifest is read, so what lies
// there now is asked for in a second probe.
export function leftOversIn(resources: readonly Resource[], facts: Facts, scopes: readonly string[]): ResourceOf<'retired'>[] {
  const wanted = new Set(resources.flatMap(pathsOf))
  return facts
    .get({ fact: 'manifest' })
    .filter((entry) => scopes.includes(entry.scope) && !wanted.has(entry.path) && isConfiguration(entry.path))
    .map((entry) => ({ kind: 'retired', name: entry.path, feature: 'no longer defined', desired: { path: entry.path, scope: entry.scope, comment: entry.path.startsWith('/etc/php/') ? ';' : '#' } }))
}

// Only text that a daemon reads can become a comment. A key or a phar that nobody wants does no harm where it lies.
function isConfiguration(path: string): boolean {
  return path.startsWith('/etc/') && !path.startsWith('/etc/apt/keyrings/')
}

function pathsOf(resource: Resource): string[] {
  switch (resource.kind) {
    case 'file':
    case 'composer':
    case 'link':
      return [resource.desired.path]
    case 'apt-source':
      return [`/etc/apt/sources.list.d/${resource.desired.name}.sources`, ...(resource.desired.pin.length === 0 ? [] : [`/etc/apt/preferences.d/${resource.desired.name}`])]
    default:
      return []
  }
}
