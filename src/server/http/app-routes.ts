import type { Hono } from 'hono'
import type { DoorEnv, Doorkeeper } from './door-options.ts'
import { needAsker } from './asker.ts'
import { checkedParameters } from './checked.ts'
import { LIST_QUERY } from './forms.ts'
import { refuseUnseen } from './problem.ts'
import { publicRequest } from './request-view.ts'
import { type Asker, seesApp } from './rights.ts'
import { servedApps } from './served-app.ts'

const DEFAULT_LENGTH = LIST_QUERY.schema.properties.limit.default

// Which apps there are, what was asked for them, and whether a token is good.
export function addAppRoutes(app: Hono<DoorEnv>, keeper: Doorkeeper): void {
  const { desk } = keeper

  app.get('/v1/apps', async (c) => {
    const asker = await needAsker(c, keeper, 'list')
    const [served, fleet] = [await servedApps(desk), await desk.fleet()]
    const apps = served
      .filter(({ name }) => seesApp(asker, name))
      .map(({ name, cluster, servers }) => {
        const seen = fleet.apps.find((each) => each.name === name)
        return {
          name,
          cluster,
          servers,
          live: seen?.live ?? [],
          health: seen?.health ?? 'unknown',
          why: seen?.why ?? '',
          releases: `${c.var.origin.base}/v1/apps/${name}/releases`,
        }
      })
    return c.json({ apps, lookedAt: fleet.lookedAt })
  })

  app.get('/v1/apps/:app/releases', async (c) => {
    const name = c.req.param('app')
    await needAsker(c, keeper, 'read', name)
    const { limit = DEFAULT_LENGTH, before } = checkedParameters(LIST_QUERY, (key) => c.req.query(key))
    const requests = await desk.store.requests({
      apps: [name],
      limit: limit + 1,
      ...(before === undefined ? {} : { before }),
    })
    if (
      requests.length === 0 &&
      before === undefined &&
      !(await servedApps(desk)).some((served) => served.name === name)
    )
      return refuseUnseen()
    const shown = requests.slice(0, limit)
    const last = shown.at(-1)
    const next =
      requests.length > limit && last !== undefined
        ? `${c.var.origin.base}/v1/apps/${name}/releases?limit=${limit}&before=${last.id}`
        : null
    return c.json({ releases: shown.map((request) => publicRequest(request, c.var.origin.base)), next })
  })

  app.get('/v1/ping', async (c) => c.json(pong(await needAsker(c, keeper, 'ping'))))

  app.get('/v1/apps/:app/ping', async (c) => {
    const name = c.req.param('app')
    const asker = await needAsker(c, keeper, 'ping', name)
    if (!(await servedApps(desk)).some((served) => served.name === name)) return refuseUnseen()
    return c.json({ ...pong(asker), app: name })
  })
}

function pong(asker: Asker): Record<string, unknown> {
  if (asker.is === 'loopback') return { ok: true, name: 'loopback', purpose: 'read', app: null, expires: null }
  const { name, purpose, app, expires } = asker.token
  return { ok: true, name, purpose, app, expires }
}
