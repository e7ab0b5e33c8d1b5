import type { PhpVersion } from '../model/definitions.ts'
import { fpmFolder } from '../model/fpm-paths.ts'
import type { FpmPool, ResourceOf, ServiceDesired } from '../model/resource.ts'

type Service = ResourceOf<'service'>

function service(
  unit: string,
  title: string,
  more: Pick<ServiceDesired, 'configuration' | 'mark' | 'test' | 'extensions'>,
): Service {
  return {
    kind: 'service',
    name: unit,
    feature: title,
    desired: {
      unit,
      title,
      ...more,
      changes: [],
      precedes: [],
      installs: [],
      wanted: true,
      phase: 'configure',
      pools: [],
      patience: 0,
      waitForNginx: 0,
    },
  }
}

// FPM's master of one version. Its pid file is written anew with every load.
export function fpmService(version: PhpVersion, pools: readonly FpmPool[] = [], patience = 0): Service {
  const { desired, ...resource } = service(`php${version}-fpm.service`, `PHP ${version} FPM`, {
    configuration: [fpmFolder(version), `/etc/php/${version}/mods-available`],
    mark: { by: 'pid-file', path: `/run/php/php${version}-fpm.pid` },
    test: { program: 'php-fpm', version },
    extensions: `php${version}-`,
  })
  return { ...resource, desired: { ...desired, pools, patience } }
}

// nginx. The certificates of its sites lie outside its folder; a renewed one is something to load.
export function nginxService(certificates: readonly string[] = []): Service {
  return service('nginx.service', 'nginx', {
    configuration: ['/etc/nginx', ...certificates],
    mark: { by: 'newest-worker', pidFile: '/run/nginx.pid' },
    test: { program: 'nginx' },
    extensions: undefined,
  })
}

// A service that reads its files by itself, so that there is nothing to be loaded.
export function selfReadingService(name: string): Service {
  return service(`${name}.service`, name, {
    configuration: [],
    mark: { by: 'none' },
    test: { program: 'none' },
    extensions: undefined,
  })
}

// The service that has to load what lies at a path, for files that a definition no longer names.
export function serviceReading(path: string): Service | undefined {
  const version = /^\/etc\/php\/([0-9.]+)\/(?:fpm|mods-available)\//.exec(path)?.[1]
  if (version !== undefined) return fpmService(version)
  return path.startsWith('/etc/nginx/') ? nginxService() : undefined
}
