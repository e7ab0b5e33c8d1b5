import type { Definitions } from '../../model/definitions.ts'
import type { Fleet, FleetApp, FleetServer } from '../../model/fleet.ts'
import type { Store } from '../../model/store.ts'
import type { Drift } from '../../views/drift.ts'

// The last looks at the servers lie in the store: after a restart the page shows them at once.

const APPS = 'apps'
const DRIFT = 'drift'

export async function keepApps(store: Store, at: string, apps: readonly FleetApp[]): Promise<void> {
  await store.keep(APPS, at, apps)
}

// Those of a look at some apps take the place of what was seen of them before.
export async function keepSomeApps(store: Store, at: string, apps: readonly FleetApp[]): Promise<void> {
  const before = await store.kept(APPS)
  const others = ((before?.document ?? []) as readonly FleetApp[]).filter(
    ({ name }) => !apps.some((app) => app.name === name),
  )
  await store.keep(APPS, before?.at ?? at, [...others, ...apps])
}

export async function keepDrift(store: Store, at: string, drift: Drift): Promise<void> {
  await store.keep(
    DRIFT,
    at,
    drift.servers.map(({ name, state, drift: resources, problems }) => ({
      name,
      state,
      drift: resources.map(({ address, feature, verb, because }) => ({ address, feature, verb, because })),
      problems,
    })),
  )
}

// What the definitions say now, with what was seen of it last.
export async function fleetOf({ apps, clusters }: Definitions, store: Store): Promise<Fleet> {
  const [seenApps, seenServers] = await Promise.all([store.kept(APPS), store.kept(DRIFT)])
  const known = new Map(((seenApps?.document ?? []) as readonly FleetApp[]).map((app) => [app.name, app]))
  const drifted = new Map(
    ((seenServers?.document ?? []) as readonly Omit<FleetServer, 'cluster'>[]).map((server) => [server.name, server]),
  )
  return {
    apps: apps.map(({ name, cluster, servers }): FleetApp => {
      const own = { name, cluster, servers: servers.map((on) => on.name) }
      const seen = known.get(name)
      return seen === undefined
        ? { ...own, live: [], health: 'unknown', why: 'nobody has looked yet' }
        : { ...seen, ...own }
    }),
    clusters: clusters.map(({ name, servers }) => ({
      name,
      servers: servers.map((server): FleetServer => ({
        state: 'not looked at',
        drift: [],
        problems: [],
        ...drifted.get(server.name),
        name: server.name,
        cluster: name,
      })),
    })),
    lookedAt: seenApps?.at ?? null,
    driftAt: seenServers?.at ?? null,
  }
}
