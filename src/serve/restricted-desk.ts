import type { Desk } from '../model/desk.ts'

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
      requests: (wanted) => (wanted.apps !== undefined && !wanted.apps.includes(app) ? Promise.resolve([]) : store.requests({ ...wanted, apps: [app] })),
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
        return own.length === 0 ? [] : [{ ...cluster, servers: own }]
      })
      return { ...fleet, apps, clusters }
    },
  }
}
