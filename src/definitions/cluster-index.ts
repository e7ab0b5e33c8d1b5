import { at, items, text } from './node.ts'
import { phpVersion, sortedVersions } from './php-version.ts'
import { isOn } from './plain-values.ts'
import type { Source } from './source.ts'

// What apps may refer to. `php` and `servers` hold what could be read, even where the cluster has mistakes.
export type ClusterIndex = ReadonlyMap<
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
