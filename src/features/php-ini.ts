import type { Cluster, Ini } from '../model/definitions.ts'
import { render } from '../shell/template.ts'
import type { ServerFeature } from './feature.ts'
import { written } from './ini-value.ts'
import { clusterFile } from './resources.ts'

// php.ini of each version: FPM's with the limits of a request and OPcache, the command line's with php_ini alone.
export const phpIniFeature: ServerFeature = ({ cluster, server }) =>
  cluster.php.flatMap((version) => {
    const file = (sapi: string, settings: Ini) =>
      clusterFile(
        `PHP ${version}`,
        `/etc/php/${version}/${sapi}/conf.d/99-flight.ini`,
        render('php.ini', { source: cluster.file, settings: written(settings) }),
      )
    return [
      ...(server.webServer ? [file('fpm', { ...limits(cluster), ...OPCACHE, ...cluster.phpIni })] : []),
      ...(Object.keys(cluster.phpIni).length === 0 ? [] : [file('cli', cluster.phpIni)]),
    ]
  })

// max_execution_time counts CPU only, so it is a second net under FPM's request_terminate_timeout.
function limits(cluster: Cluster): Ini {
  return {
    expose_php: 'Off',
    max_execution_time: String(cluster.requestDuration),
    max_input_time: String(cluster.requestDuration),
    memory_limit: `${cluster.requestMemory}M`,
    post_max_size: `${cluster.requestPayload}M`,
    upload_max_filesize: `${cluster.requestPayload}M`,
    realpath_cache_size: '4096K',
    realpath_cache_ttl: '600',
  }
}

// A release of 2,000 files takes about 45 MB and stays until the next load; 128 MB are full in the third release, and
// from then on the application runs uncached (domain.md). validate_permission and restrict_api keep pools apart.
const OPCACHE: Ini = {
  'opcache.interned_strings_buffer': '32',
  'opcache.max_accelerated_files': '65407',
  'opcache.memory_consumption': '512',
  'opcache.restrict_api': '/usr/lib/flight/',
  'opcache.validate_permission': '1',
}
