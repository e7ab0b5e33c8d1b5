import type { Desk } from '../../model/desk.ts'
import type { FleetServer } from '../../model/fleet.ts'
import { isFeatureOf } from '../../model/feature.ts'

// Servers are shared: what drifted there of others is said without a name.
function onlyAbout(server: FleetServer, app: string): FleetServer {
  const isOwn = ({ feature }: FleetServer['drift'][number]) => isFeatureOf(feature, app)
  const others = server.drift.filter((each) => !isOwn(each)).length
  const said =
    others === 0
      ? []
      : [
          {
            address: `${server.name}/other`,
            feature: 'what is not of this app',
            verb: 'update',
            because: [`${others} more on this server`],
          },
        ]
  const problems = server.problems.map(({ code }) => ({
    code,
    where: server.name,
    what: server.state === 'not asked' ? 'could not be asked' : 'something must be settled there first',
  }))
  return { ...server, drift: [...server.drift.filter(isOwn), ...said], problems }
}

// The same desk for whoever may see one app alone: of the others it says nothing, not even that they are there.
export function restrictedDesk(desk: Desk, app: string): Desk {
  const { store } = desk
  return {
    ...desk,
    store: {
      ...store,
      async request(id) {
        const request = await store.request(id)
        return request?.app === app ? request : undefined
      },
      requests: (wanted) =>
        wanted.apps !== undefined && !wanted.apps.includes(app)
          ? Promise.resolve([])
          : store.requests({ ...wanted, apps: [app] }),
      heads: async () => (await store.heads()).filter((request) => request.app === app),
      unfinished: async () => (await store.unfinished()).filter((request) => request.app === app),
      async events(id, after, limit) {
        return (await store.request(id))?.app === app ? store.events(id, after, limit) : []
      },
      counts: async () => (await store.counts()).filter((count) => count.app === app),
    },
    async *follow(id, after, signal) {
      if ((await store.request(id))?.app === app) yield* desk.follow(id, after, signal)
    },
    apps: async () => (await desk.apps()).filter(({ name }) => name === app),
    async fleet() {
      const fleet = await desk.fleet()
      const apps = fleet.apps.filter(({ name }) => name === app)
      const servers = new Set(apps.flatMap((each) => each.servers))
      const clusters = fleet.clusters.flatMap((cluster) => {
        const own = cluster.servers.filter(({ name }) => servers.has(name))
        return own.length === 0 ? [] : [{ ...cluster, servers: own.map((server) => onlyAbout(server, app)) }]
      })
      return { ...fleet, apps, clusters }
    },
  }
}
