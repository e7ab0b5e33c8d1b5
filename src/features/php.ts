import type { ServerFeature } from './feature.ts'
import { phpPackages } from './php-packages.ts'
import { packages } from './resources.ts'

// Every PHP version of the cluster with its extensions; FPM only where requests are served.
export const phpFeature: ServerFeature = ({ cluster, server }) => {
  const naming = cluster.phpSource.kind === 'custom' || cluster.phpSource.kind === 'distro' ? 'debian' : 'sury'
  return cluster.php.flatMap((version) => packages(`PHP ${version}`, phpPackages(version, cluster.phpExtensions, server.webServer, naming)))
}
