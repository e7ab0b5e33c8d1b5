import type { Resource } from '../model/resource.ts'
import type { PhpVersion } from '../model/definitions.ts'
import { render } from '../shell/template.ts'
import type { ServerFeature } from './feature.ts'
import { clusterFile } from './resources.ts'

const IDLE_USER = 'flight-idle'

// FPM's master of each version: how long a reload waits, and a pool that does nothing, because FPM wants one. The files
// lie there before the package comes, so that its first start is already right.
export const fpmFilesFeature: ServerFeature = ({ cluster, server }) => {
  if (!server.webServer) return []
  const idle: Resource = {
    kind: 'user',
    name: IDLE_USER,
    feature: 'PHP FPM',
    desired: { name: IDLE_USER, home: '/nonexistent', createHome: false, shell: '/usr/sbin/nologin' },
  }
  return [
    idle,
    ...cluster.php.flatMap((version) => {
      const data = { source: cluster.file, version, user: IDLE_USER, requestDuration: cluster.requestDuration, processControlTimeout: reloadPatience(cluster.requestDuration) }
      const folder = `/etc/php/${version}/fpm/pool.d`
      return [
        clusterFile(`PHP ${version} FPM`, `${folder}/flight.conf`, render('fpm.conf', data)),
        clusterFile(`PHP ${version} FPM`, `${folder}/www.conf`, render('fpm-www.conf', { source: cluster.file }), { conffileOf: `php${version}-fpm` }),
      ]
    }),
  ]
}

// A reload waits for running requests; FPM ends a request a while after its limit (measured: 5.7 to 6.5 s for a limit of 5).
export function reloadPatience(requestDuration: number): number {
  return Math.ceil((requestDuration * 4) / 3)
}

// FPM of each version runs, with the configuration that lies on disk.
export const fpmServicesFeature: ServerFeature = ({ cluster, server }) => (server.webServer ? cluster.php.map(fpmService) : [])

function fpmService(version: PhpVersion): Resource {
  const unit = `php${version}-fpm.service`
  return {
    kind: 'service',
    name: unit,
    feature: `PHP ${version} FPM`,
    desired: {
      unit,
      title: `PHP ${version} FPM`,
      configuration: [`/etc/php/${version}/fpm`, `/etc/php/${version}/mods-available`],
      mark: { by: 'pid-file', path: `/run/php/php${version}-fpm.pid` },
      test: { program: 'php-fpm', version },
      changes: [],
      extensions: `php${version}-`,
      installs: [],
    },
  }
}
