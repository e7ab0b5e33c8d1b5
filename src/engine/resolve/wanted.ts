import type { AppOnServer } from '../../features/feature.ts'
import type { App, Cluster, Definitions } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import type { Resource } from '../../model/resource.ts'
import type { Server, System } from '../../model/server.ts'
import type { Scope } from '../../model/undertaking.ts'

// A server of the definitions, with its cluster.
export type Chosen = { server: Server; cluster: Cluster }

// A server that has said what it is, among the definitions that are compiled for it.
export type WantedPlace = Chosen & { definitions: Definitions; system: System }

// What the definitions want on one server, of what was asked for.
export type Wanted = {
  resources: readonly Resource[]
  apps: readonly AppOnServer[] // all that the definitions put there: they share it
  retires(scope: string): boolean // whose files are looked after: what nobody wants of them is retired
}

// The servers of a scope, sorted by name, with their clusters. A name that is not defined is FLIGHT_REFERENCE. What an
// app once had may lie on any server of its cluster, so all of these are asked.
export function serversIn(definitions: Definitions, scope: Scope): Chosen[] {
  const all = definitions.clusters.flatMap((cluster) => cluster.servers.map((server) => ({ server, cluster })))
  refuseUnknown(
    'cluster',
    scope.clusters,
    definitions.clusters.map((cluster) => cluster.name),
  )
  refuseUnknown(
    'server',
    scope.servers,
    all.map(({ server }) => server.name),
  )
  refuseUnknown(
    'app',
    scope.apps,
    definitions.apps.map((app) => app.name),
  )
  const ofApps = definitions.apps.filter((app) => scope.apps.includes(app.name)).map((app) => app.cluster)
  return all
    .filter(({ cluster }) => scope.clusters.length === 0 || scope.clusters.includes(cluster.name))
    .filter(({ server }) => scope.servers.length === 0 || scope.servers.includes(server.name))
    .filter(({ cluster }) => scope.apps.length === 0 || ofApps.includes(cluster.name))
    .sort((a, b) => (a.server.name < b.server.name ? -1 : 1))
}

function refuseUnknown(what: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  throw new FlightError(
    unknown.map((name) => ({
      code: 'FLIGHT_REFERENCE' as const,
      where: '',
      what: `there is no ${what} "${name}"`,
      hint: `defined are: ${[...known].sort().join(', ') || 'none'}`,
    })),
  )
}

// The apps that the definitions put on a server.
export function appsOn(server: Server, { apps }: Definitions): AppOnServer[] {
  return apps.flatMap((app) => onServer(app, server))
}

function onServer(app: App, server: Server): AppOnServer[] {
  const on = app.cluster === server.cluster ? app.servers.find(({ name }) => name === server.name) : undefined
  return on === undefined ? [] : [{ app, on }]
}
