import type { Cluster } from '../model/definitions.ts'
import type { ServerFeature } from './feature.ts'
import { isAtLeast, type PackageNaming, phpPackages } from './php-packages.ts'
import { packages } from './resources.ts'

// Every PHP version of the cluster with its extensions; FPM only where requests are served.
export const phpFeature: ServerFeature = ({ cluster, server }) => {
  const without = withoutRedis(cluster)
  return cluster.php.flatMap((version) => {
    const names = phpPackages(version, cluster.phpExtensions, server.webServer, namingOf(cluster))
    return packages(`PHP ${version}`, without.includes(version) ? names.filter((name) => name !== 'php-redis') : names)
  })
}

// What a reader of the plan should know about the versions of a cluster.
export function phpNotes(cluster: Cluster): string[] {
  return withoutRedis(cluster).map(
    (version) => `PHP ${version} comes without redis: Debian's package for it and the one for PHP 8 exclude each other`,
  )
}

function namingOf(cluster: Cluster): PackageNaming {
  return cluster.phpSource.kind === 'custom' || cluster.phpSource.kind === 'distro' ? 'debian' : 'sury'
}

// Debian's php-redis for 7.x is broken by php8.2-redis (measured: "Breaks: php-redis (< 5.3.7+4.3.0-3~)"), so beside
// PHP 8 the older version goes without rather than claiming an extension that serves another.
function withoutRedis(cluster: Cluster): string[] {
  if (namingOf(cluster) === 'sury' || !cluster.php.some((version) => isAtLeast(version, '8.0'))) return []
  return cluster.php.filter((version) => !isAtLeast(version, '8.0'))
}
