import { checkCron, checkNames, checkNetworks, checkRepeated } from './check-lists.ts'
import { at, items } from './node.ts'
import type { Node } from './node.ts'
import { checkPhpVersion, phpVersion } from './php-version.ts'
import type { Finding } from './place.ts'

// What a schema cannot say about one cluster.
export function checkCluster(node: Node): Finding[] {
  return [
    ...items(at(node, 'php')).flatMap((version, index) => checkPhpVersion(version, ['php', index])),
    ...checkRepeatedVersions(node),
    ...['php_extensions', 'packages', 'real_ip'].flatMap((list) => checkRepeated(node, list)),
    ...checkNetworks(node, 'real_ip'),
    ...checkCron(node, 'php_reload'),
    ...checkSourceKey(node),
    ...checkNames(node, 'server', [['servers']]),
  ]
}

// php_source.key, in a cluster or in flight.yml: fetched or already there, never both.
export function checkSourceKey(node: Node): Finding[] {
  const key = at(node, 'php_source', 'key')
  if (key?.kind !== 'map' || !key.entries.has('path') || (!key.entries.has('url') && !key.entries.has('fingerprint')))
    return []
  const path = ['php_source', 'key']
  return [
    {
      code: 'FLIGHT_SCHEMA',
      place: key.place,
      path,
      what: 'must be { url, fingerprint } or { path }, is both',
      hint: 'keep one of them',
    },
  ]
}

// 8.2 and "8.2" are the same version.
function checkRepeatedVersions(node: Node): Finding[] {
  const seen = new Set<string>()
  return items(at(node, 'php')).flatMap((item, index): Finding[] => {
    const version = phpVersion(item)
    if (version === undefined) return []
    if (seen.has(version)) {
      return [
        { code: 'FLIGHT_SCHEMA', place: item.place, path: ['php', index], what: `PHP ${version} stands here twice` },
      ]
    }
    seen.add(version)
    return []
  })
}
