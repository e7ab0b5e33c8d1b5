import type { Cluster, PhpSource } from '../model/definitions.ts'
import type { SshSettings } from '../model/server.ts'
import type { ClusterFile } from '../schema/types/cluster.ts'
import { at, items, plain } from './node.ts'
import type { Node } from './node.ts'
import { phpVersion, sortedVersions } from './php-version.ts'
import { iniOf, isOn } from './plain-values.ts'
import { resolvePhpSource } from './resolve-php-source.ts'
import { resolveSsh } from './resolve-ssh.ts'

// What a cluster takes over from flight.yml.
export type ClusterDefaults = { root: string; ssh: SshSettings; phpSource: PhpSource }

// A valid cluster with its defaults.
export function resolveCluster(name: string, file: string, node: Node, defaults: ClusterDefaults): Cluster {
  const written = plain(node) as ClusterFile
  const ssh = resolveSsh(written.ssh, defaults.ssh, defaults.root)
  return {
    name,
    file,
    php: sortedVersions(items(at(node, 'php')).map((version) => phpVersion(version) as string)),
    requestDuration: written.request_duration ?? 30,
    requestPayload: written.request_payload ?? 10,
    requestMemory: written.request_memory ?? 512,
    phpExtensions: written.php_extensions ?? [],
    phpSource: resolvePhpSource(written.php_source, defaults.phpSource),
    phpReload: written.php_reload?.replace(/ +/g, ' '),
    phpIni: iniOf(at(node, 'php_ini')),
    packages: written.packages ?? [],
    realIp: written.real_ip ?? [],
    composer:
      written.composer === undefined
        ? undefined
        : { url: written.composer.url, sha256: written.composer.sha256.toLowerCase() },
    servers: written.servers.map((server) => ({
      name: server.name,
      cluster: name,
      host: server.host,
      webServer: isOn(server.web_server, false),
      ssh: resolveSsh(server.ssh, ssh, defaults.root),
    })),
  }
}
