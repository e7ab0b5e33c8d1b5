import { PROVISIONING } from '../features/provisioning.ts'
import type { Cluster, Definitions } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { Scope } from '../model/plan.ts'
import type { Resource } from '../model/resource.ts'
import type { Server, System } from '../model/server.ts'
import { digestOf } from './digest.ts'

// The servers of a scope, sorted by name, with their clusters. A name that is not defined is FLIGHT_REFERENCE.
export function serversIn(definitions: Definitions, scope: Scope): { server: Server; cluster: Cluster }[] {
  const all = definitions.clusters.flatMap((cluster) => cluster.servers.map((server) => ({ server, cluster })))
  refuseUnknown('cluster', scope.clusters, definitions.clusters.map((cluster) => cluster.name))
  refuseUnknown('server', scope.servers, all.map(({ server }) => server.name))
  refuseUnknown('app', scope.apps, definitions.apps.map((app) => app.name))
  const ofApps = definitions.apps.filter((app) => scope.apps.includes(app.name)).flatMap((app) => app.servers.map(({ name }) => name))
  return all
    .filter(({ cluster }) => scope.clusters.length === 0 || scope.clusters.includes(cluster.name))
    .filter(({ server }) => scope.servers.length === 0 || scope.servers.includes(server.name))
    .filter(({ server }) => scope.apps.length === 0 || ofApps.includes(server.name))
    .sort((a, b) => (a.server.name < b.server.name ? -1 : 1))
}

function refuseUnknown(what: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  throw new FlightError(
    unknown.map((name) => ({ code: 'FLIGHT_REFERENCE' as const, where: '', what: `there is no ${what} "${name}"`, hint: `defined are: ${[...known].sort().join(', ') || 'none'}` })),
  )
}

// What the definitions want on one server. Pure.
export function compileServer(cluster: Cluster, server: Server, system: System): Resource[] {
  return PROVISIONING.flatMap((feature) => feature({ cluster, server, system }))
}

// One digest of everything that is wanted in a scope: two definitions that compile to the same are the same.
export function definitionsDigest(compiled: readonly { server: string; resources: readonly Resource[] }[]): string {
  return digestOf([...compiled].sort((a, b) => (a.server < b.server ? -1 : 1)))
}
