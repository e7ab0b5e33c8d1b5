import type { App, Definitions } from '../model/definitions.ts'
import { FlightError, type Problem } from '../model/errors.ts'
import type { Server } from '../model/server.ts'
import { nearest } from '../schema/nearest.ts'
import type { Scope } from '../model/undertaking.ts'

export type ScopeNames = {
  cluster?: readonly string[] | undefined
  app?: readonly string[] | undefined
  server?: readonly string[] | undefined
}

// What --cluster, --app and --server mean; names that the definitions do not know are refused, all at once.
export function scopeOf(names: ScopeNames, definitions: Definitions): Scope {
  const { cluster = [], app = [], server = [] } = names
  const problems = [
    ...unknown('cluster', cluster, definitions.clusters),
    ...unknown('app', app, definitions.apps),
    ...unknown('server', server, serversOf(definitions)),
  ]
  if (problems.length > 0) throw new FlightError(problems)
  return { clusters: sorted(cluster), apps: sorted(app), servers: sorted(server) }
}

// The app of that name, or FLIGHT_USAGE.
export function appNamed(name: string, definitions: Definitions): App {
  const found = definitions.apps.find((app) => app.name === name)
  if (found === undefined) throw new FlightError(unknown('app', [name], definitions.apps))
  return found
}

// The server of that name, or FLIGHT_USAGE.
export function serverNamed(name: string, definitions: Definitions): Server {
  const found = serversOf(definitions).find((server) => server.name === name)
  if (found === undefined) throw new FlightError(unknown('server', [name], serversOf(definitions)))
  return found
}

export function serversOf(definitions: Definitions): readonly Server[] {
  return definitions.clusters.flatMap((cluster) => cluster.servers)
}

// The servers of a scope of clusters and servers; of no scope, all.
export function serversInScope(
  { clusters, servers }: Pick<Scope, 'clusters' | 'servers'>,
  definitions: Definitions,
): readonly Server[] {
  return serversOf(definitions).filter(
    ({ name, cluster }) =>
      (clusters.length === 0 || clusters.includes(cluster)) && (servers.length === 0 || servers.includes(name)),
  )
}

function unknown(
  sort: 'cluster' | 'app' | 'server',
  written: readonly string[],
  known: readonly { name: string }[],
): Problem[] {
  const names = known.map(({ name }) => name)
  return written
    .filter((name) => !names.includes(name))
    .map((name) => {
      const meant = nearest(name, names)
      return {
        code: 'FLIGHT_USAGE',
        where: '',
        what: `there is no ${sort} "${name}" in the definitions`,
        hint: meant === undefined ? `there ${list(names, sort)}` : `did you mean ${meant}?`,
      }
    })
}

function list(names: readonly string[], sort: string): string {
  if (names.length === 0) return `is no ${sort} at all`
  const shown = [...names].sort().slice(0, 8)
  return `are: ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}
