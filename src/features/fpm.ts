import { appFiles } from '../model/app-paths.ts'
import type { PhpVersion } from '../model/definitions.ts'
import { fpmPools, fpmSettings } from '../model/fpm-paths.ts'
import { OPCACHE_SCRIPT } from '../model/record.ts'
import type { Resource } from '../model/resource.ts'
import { render } from '../shell/template.ts'
import type { ServerFeature, ServerInput } from './feature.ts'
import { reloadPatience } from './request-timeout.ts'
import { clusterFile, directory } from './resources.ts'
import { fpmService } from './services.ts'

const IDLE_USER = 'flight-idle'

// FPM's master of each version: how long a reload waits, and a pool that does nothing, because FPM wants one. The files
// lie there before the package comes, so that its first start is already right.
export const fpmFilesFeature: ServerFeature = (input) => {
  const { cluster, server } = input
  if (!server.webServer) return []
  const idle: Resource = {
    kind: 'user',
    name: IDLE_USER,
    feature: 'PHP FPM',
    desired: { name: IDLE_USER, home: '/nonexistent', shell: '/usr/sbin/nologin', scope: 'cluster' },
  }
  return [
    idle,
    directory('PHP FPM', '/var/log/flight'),
    clusterFile('PHP FPM', OPCACHE_SCRIPT, render('opcache.php', { source: cluster.file })),
    ...cluster.php.flatMap((version) => {
      const data = {
        source: cluster.file,
        version,
        user: IDLE_USER,
        requestDuration: cluster.requestDuration,
        processControlTimeout: reloadPatience(longestRequest(input, version)),
      }
      return [
        clusterFile(`PHP ${version} FPM`, fpmSettings(version), render('fpm.conf', data)),
        clusterFile(
          `PHP ${version} FPM`,
          `${fpmPools(version)}/www.conf`,
          render('fpm-www.conf', { source: cluster.file }),
          { conffileOf: `php${version}-fpm` },
        ),
      ]
    }),
  ]
}

// All pools of a master wait together: for the longest request that any of its apps may run.
function longestRequest({ cluster, apps }: ServerInput, version: PhpVersion): number {
  const own = apps
    .filter(({ app, on }) => app.php === version && on.web !== undefined)
    .map(({ app }) => app.requestDuration ?? cluster.requestDuration)
  return Math.max(cluster.requestDuration, ...own)
}

// FPM of each version runs, with the configuration that lies on
// disk, and the pools of the apps that are configured answer.
export const fpmServicesFeature = (input: ServerInput, configured: ServerInput['apps']): Resource[] =>
  input.server.webServer
    ? input.cluster.php.map((version) => {
        const pools = configured.filter(({ app, on }) => app.php === version && on.web !== undefined)
        return fpmService(
          version,
          pools.map(({ app }) => ({ name: app.name, socket: appFiles(app.name).socket(version) })),
          reloadPatience(longestRequest(input, version)),
        )
      })
    : []
