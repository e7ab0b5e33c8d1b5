import { shown } from '../schema/wording.ts'
import { suggestion } from './names.ts'
import { at, items, type Node, text } from './node.ts'
import { phpVersion, sortedVersions } from './php-version.ts'
import type { Finding } from './place.ts'
import { isOn } from './plain-values.ts'
import type { Source } from './source.ts'

// What an app says about its cluster: does it exist, has it these servers, this PHP.
export function checkReferences(node: Node, clusters: ClusterIndex): Finding[] {
  const reference = at(node, 'cluster')
  const name = text(reference)
  if (reference === undefined || name === undefined || name.length > 60) return []
  const cluster = clusters.get(name)
  if (cluster === undefined) {
    const what = `there is no cluster ${shown(name)}`
    return [
      {
        code: 'FLIGHT_REFERENCE',
        place: reference.place,
        path: ['cluster'],
        what,
        hint: suggestion(name, [...clusters.keys()]),
      },
    ]
  }
  if (!cluster.readable) return []
  return [
    ...checkPhp(at(node, 'php'), name, cluster.file, cluster.php),
    ...items(at(node, 'servers')).flatMap((server, index) => checkServer(server, index, name, clusters)),
  ]
}

function checkPhp(node: Node | undefined, cluster: string, file: string, versions: readonly string[]): Finding[] {
  const version = phpVersion(node)
  if (node === undefined || version === undefined || versions.includes(version)) return []
  const what = `cluster ${cluster} has no PHP ${version}, it has ${versions.join(', ')}`
  return [{ code: 'FLIGHT_REFERENCE', place: node.place, path: ['php'], what, hint: `add it to php in ${file}` }]
}

function checkServer(node: Node, index: number, clusterName: string, clusters: ClusterIndex): Finding[] {
  const named = at(node, 'name')
  const name = text(named)
  const cluster = clusters.get(clusterName)
  if (cluster === undefined || named === undefined || name === undefined || name.length > 100) return []
  const web = cluster.servers.get(name)
  if (web === undefined) {
    const elsewhere = [...clusters].find(([, other]) => other.servers.has(name))
    const what = `cluster ${clusterName} has no server ${shown(name)}`
    const hint =
      elsewhere === undefined ? suggestion(name, [...cluster.servers.keys()]) : `it belongs to cluster ${elsewhere[0]}`
    return [{ code: 'FLIGHT_REFERENCE', place: named.place, path: ['servers', index, 'name'], what, hint }]
  }
  const pool = at(node, 'web')
  if (pool === undefined || web) return []
  const what = `${name} is no web server`
  return [
    {
      code: 'FLIGHT_REFERENCE',
      place: pool.place,
      path: ['servers', index, 'web'],
      what,
      hint: `set web_server: true in ${cluster.file}`,
    },
  ]
}

// What apps may refer to. `php` and `servers` hold what could be read, even where the cluster has mistakes.
type ClusterIndex = ReadonlyMap<
  string,
  { file: string; readable: boolean; php: readonly string[]; servers: ReadonlyMap<string, boolean> }
>

// The clusters by name; of each server whether it is a web server.
export function indexClusters(sources: readonly Source[]): ClusterIndex {
  return new Map(
    sources.map(({ name, file, node }) => {
      const versions = items(at(node, 'php')).map(phpVersion)
      const servers = new Map<string, boolean>()
      for (const server of items(at(node, 'servers'))) {
        const serverName = text(at(server, 'name'))
        const web = at(server, 'web_server')
        if (serverName !== undefined)
          servers.set(serverName, web?.kind === 'scalar' && isOn(web.value as boolean | string, false))
      }
      const php = sortedVersions(versions.filter((version) => version !== undefined))
      return [
        name,
        { file, readable: node !== undefined && servers.size > 0 && !versions.includes(undefined), php, servers },
      ]
    }),
  )
}
