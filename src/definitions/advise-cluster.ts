import type { Cluster, Ini } from '../model/definitions.ts'
import type { PathSegment } from '../schema/violation.ts'

// Something legal and unwise: at which key of a definition.
export type Advice = { path: readonly PathSegment[]; what: string; hint?: string }

// What a person with experience would say about a cluster.
export function adviseOnCluster(cluster: Cluster): Advice[] {
  const advice: Advice[] = []
  if (cluster.phpSource.kind === 'custom') {
    const strong = cluster.phpSource.pin.find(({ priority }) => priority >= 1000)
    if (strong !== undefined) {
      const what = `priority ${strong.priority} lets apt downgrade what is installed`
      advice.push({ path: ['php_source', 'pin'], what, hint: '990 prefers it without that' })
    }
  }
  const everyone = cluster.realIp.findIndex((network) => /\/0+$/.test(network))
  if (everyone >= 0) {
    const what = 'believes the X-Forwarded-For of everybody: visitors choose their own address'
    advice.push({ path: ['real_ip', everyone], what, hint: 'list the load balancers' })
  }
  const permission = cluster.phpIni['opcache.validate_permission']
  if (permission !== undefined && /^(?:0|off|no|false|none|)$/i.test(permission)) {
    const what = 'lets each app include what another has in OPcache, whoever may read the file'
    advice.push({ path: ['php_ini', 'opcache.validate_permission'], what, hint: 'remove it' })
  }
  return [...advice, ...openBasedir(cluster.phpIni)]
}

// open_basedir switches PHP's cache of real paths off (measured: 500 includes cost 10 ms of CPU instead of 1).
export function openBasedir(ini: Ini): Advice[] {
  if ((ini['open_basedir'] ?? '') === '') return []
  const what = "switches PHP's cache of real paths off: 500 includes cost 10 ms of CPU instead of 1"
  return [{ path: ['php_ini', 'open_basedir'], what, hint: 'apps are kept apart by their Linux users' }]
}
