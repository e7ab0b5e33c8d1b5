import { pushResources } from '../../features/app-environment.ts'
import { releaseResources } from '../../features/app-release.ts'
import { resourcesOf } from '../../features/configuring.ts'
import type { AppOnServer } from '../../features/feature.ts'
import type { App, Cluster, Definitions } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import type { Scope } from '../../model/plan.ts'
import type { PlannedPush } from '../../model/push.ts'
import type { PlannedRelease } from '../../model/release.ts'
import type { Resource } from '../../model/resource.ts'
import type { Server, System } from '../../model/server.ts'
import { digestOf } from '../digest.ts'

// What a plan is asked for: a part of the definitions, with its apps or without.
// With `releases` or `pushes` nothing else is planned than these, for the servers of their apps.
export type Asked = {
  definitions: Definitions
  scope: Scope
  apps: boolean
  allowUpgrades: boolean
  releases: readonly PlannedRelease[]
  pushes?: readonly PlannedPush[]
}

// What the definitions want on one server, of what was asked for.
export type Wanted = {
  resources: readonly Resource[]
  apps: readonly AppOnServer[] // all that the definitions put there: they share it
  retires(scope: string): boolean // whose files are looked after: what nobody wants of them is retired
}

// The servers of a scope, sorted by name, with their clusters. A name that is not defined is FLIGHT_REFERENCE. What an
// app once had may lie on any server of its cluster, so all of these are asked.
export function serversIn(definitions: Definitions, scope: Scope): { server: Server; cluster: Cluster }[] {
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

// The servers that releases concern, sorted by name: all that their apps list, without those that are left out. Names
// of servers that an app does not list, and all of them left out, are FLIGHT_USAGE.
export function serversOfReleases(
  definitions: Definitions,
  releases: readonly { app: string; without: readonly string[] }[],
): { server: Server; cluster: Cluster }[] {
  const names = releases.flatMap(({ app: name, without }) => {
    const app = definitions.apps.find((each) => each.name === name)
    if (app === undefined)
      throw new FlightError({ code: 'FLIGHT_REFERENCE', where: '', what: `there is no app "${name}"` })
    const all = app.servers.map((on) => on.name)
    const unknown = without.find((server) => !all.includes(server))
    if (unknown !== undefined)
      throw new FlightError({
        code: 'FLIGHT_USAGE',
        where: '--without-server',
        what: `${name} is not on a server "${unknown}"`,
        hint: `it is on ${all.join(', ')}`,
      })
    const left = all.filter((server) => !without.includes(server))
    if (left.length === 0)
      throw new FlightError({
        code: 'FLIGHT_USAGE',
        where: '',
        what: `${name} is on no server${all.length === 0 ? '' : ' that is not left out'}`,
        hint: 'name servers in its definition',
      })
    return left
  })
  return serversIn(definitions, { clusters: [], apps: [], servers: [...new Set(names)] })
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

// What the definitions want on one server. A server that no app
// of the scope lists is only freed of what they left there. Pure.
export function compileServer(
  { definitions, scope, apps, releases, pushes = [] }: Omit<Asked, 'allowUpgrades'>,
  cluster: Cluster,
  server: Server,
  system: System,
): Wanted {
  const here = definitions.apps.flatMap((app) => onServer(app, server))
  if (pushes.length > 0) {
    const pushed = pushes.flatMap((push) =>
      here
        .filter(({ app }) => app.name === push.app)
        .flatMap((input) => pushResources({ ...input, cluster, server, system }, push)),
    )
    return { resources: pushed, apps: here, retires: () => false }
  }
  if (releases.length > 0) {
    const released = releases.flatMap((release) =>
      here
        .filter(({ app }) => app.name === release.app && !release.without.includes(server.name))
        .map((input) => ({ input, release })),
    )
    return {
      resources: released.flatMap(({ input, release }) =>
        releaseResources({ ...input, cluster, server, system }, release),
      ),
      apps: here,
      retires: () => false,
    }
  }
  const isAsked = (name: string) => apps && (scope.apps.length === 0 || scope.apps.includes(name))
  const configured = here.filter(({ app }) => isAsked(app.name))
  const retiresApp = (of: string) => of.startsWith('app:') && isAsked(of.slice('app:'.length))
  if (scope.apps.length > 0 && configured.length === 0) return { resources: [], apps: here, retires: retiresApp }
  return {
    resources: resourcesOf({ cluster, server, system, apps: here }, configured),
    apps: here,
    retires: (of) => of === 'cluster' || retiresApp(of),
  }
}

function onServer(app: App, server: Server): AppOnServer[] {
  const on = app.cluster === server.cluster ? app.servers.find(({ name }) => name === server.name) : undefined
  return on === undefined ? [] : [{ app, on }]
}

// One digest of everything that is wanted in a scope: two definitions that compile to the same are the same.
export function definitionsDigest(compiled: readonly { server: string; resources: readonly Resource[] }[]): string {
  return digestOf(
    [...compiled]
      .sort((a, b) => (a.server < b.server ? -1 : 1))
      .map(({ server, resources }) => ({ server, resources })),
  )
}
