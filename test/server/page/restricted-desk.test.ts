import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Desk } from '../../../src/model/desk.ts'
import type { Fleet, FleetServer } from '../../../src/model/fleet.ts'
import { openStore } from '../../../src/server/store/open-store.ts'
import { restrictedDesk } from '../../../src/server/page/restricted-desk.ts'
import { newRelease } from '../../support/requests.ts'

const drifted = (feature: string) => ({
  address: `web-1/file//etc/${feature}`,
  feature,
  verb: 'update',
  because: ['somebody changed it'],
})
const server = (name: string, more: Partial<FleetServer> = {}): FleetServer => ({
  name,
  cluster: 'web',
  state: 'drifted',
  drift: [],
  problems: [],
  ...more,
})
const fleetApp = (name: string, on: readonly string[]) => ({
  name,
  cluster: 'web',
  servers: on,
  live: [],
  health: 'ok' as const,
  why: '',
})

const FLEET: Fleet = {
  apps: [fleetApp('shop', ['web-1']), fleetApp('blog', ['web-1', 'web-2'])],
  clusters: [
    {
      name: 'web',
      servers: [
        server('web-1', {
          drift: [drifted('nginx site of shop'), drifted('nginx site of blog'), drifted('shopping')],
          problems: [{ code: 'FLIGHT_CONFLICT', where: 'web-1 blog', what: 'blog.example.com is taken' }],
        }),
        server('web-2'),
      ],
    },
  ],
  lookedAt: null,
  driftAt: null,
}

async function only(app: string): Promise<Desk> {
  const store = await openStore(':memory:')
  await store.accept(newRelease('blog'), '2026-01-01T00:00:00.000Z')
  await store.accept(newRelease('shop'), '2026-01-01T00:00:00.000Z')
  const desk = {
    store,
    fleet: async () => FLEET,
    apps: async () => [],
    onChange: () => () => undefined,
  } as unknown as Desk
  return restrictedDesk(desk, app)
}
const shopOnly = () => only('shop')

test('who may see one app is told nothing of another, also where they share a server', async () => {
  const desk = await shopOnly()
  const fleet = await desk.fleet()
  assert.not.match(JSON.stringify(fleet), /blog|shopping|web-2/)
  assert.equal(
    fleet.clusters[0]?.servers[0]?.drift.map(({ feature }) => feature),
    ['nginx site of shop', 'what is not of this app'],
  )
})

test('an app is told nothing of others because its name is a word of what they have', async () => {
  for (const app of ['site', 'nginx', 'of', 'workers']) {
    const fleet = { ...FLEET, apps: [...FLEET.apps, fleetApp(app, ['web-1'])] }
    const desk = restrictedDesk({ ...(await only(app)), fleet: async () => fleet }, app)
    const [cluster] = (await desk.fleet()).clusters
    assert.equal(
      cluster?.servers.flatMap(({ drift }) => drift.map(({ feature }) => feature)),
      ['what is not of this app'],
      app,
    )
  }
})

test('nor of its requests, in any way', async () => {
  const { store } = await shopOnly()
  assert.is(await store.request(1), undefined)
  assert.equal(await store.events(1, 0, 10), [])
  assert.equal(
    (await store.requests({ limit: 10 })).map(({ id }) => id),
    [2],
  )
  assert.equal(await store.requests({ apps: ['blog'], limit: 10 }), [])
  for (const all of [await store.unfinished(), await store.heads()])
    assert.equal(
      all.map(({ id }) => id),
      [2],
    )
  assert.equal(
    (await store.counts()).map(({ app }) => app),
    ['shop'],
  )
})

test.run()
