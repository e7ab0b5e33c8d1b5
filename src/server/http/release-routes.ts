import type { Hono } from 'hono'
import type { Request } from '../../model/request.ts'
import type { DoorContext, DoorEnv, Doorkeeper } from './door-options.ts'
import { needAsker, refuseUnknown } from './asker.ts'
import { cancelBody, releaseBody, releasePath, rollbackBody } from '../../schema/generated/api.js'
import { readBody } from './body.ts'
import { checkedParameters, numberOrText } from './checked.ts'
import { ASK_HEADERS } from './forms.ts'
import { refuse, refuseUnseen } from './problem.ts'
import { publicRequest, requestUrl } from './request-view.ts'
import { nameOf, seesApp, type Deed } from './rights.ts'
import { refuseWhileStopping, servedApp } from './served-app.ts'

// To ask for a release, a way back, a cancel.
export function addReleaseRoutes(app: Hono<DoorEnv>, keeper: Doorkeeper): void {
  const { desk } = keeper

  app.post('/v1/apps/:app/releases', async (c) => {
    const name = c.req.param('app')
    const asker = await needAsker(c, keeper, 'ask', name)
    refuseWhileStopping(desk)
    await servedApp(desk, name)
    const { commit, ref = null, older = false } = await readBody(c, releaseBody)
    return accept(c, keeper, {
      app: name,
      wish: { does: 'release', commit: commit.toLowerCase(), ref, older },
      key: idempotencyKey(c),
      by: nameOf(asker),
    })
  })

  app.post('/v1/releases/:id/cancel', async (c) => {
    const { request, by } = await needRequest(c, keeper, 'ask')
    await readBody(c, cancelBody)
    const cancelled = await desk.cancel(request.id, by)
    if (cancelled === undefined)
      return refuse('ended', {
        detail: `Release ${request.id} has ended already.`,
        hint: 'To undo it, ask for a rollback.',
      })
    c.set('accepted', request.id)
    return c.json(publicRequest(cancelled, c.var.origin.base), 202)
  })

  app.post('/v1/releases/:id/rollback', async (c) => {
    const { request, by } = await needRequest(c, keeper, 'ask')
    refuseWhileStopping(desk)
    await servedApp(desk, request.app)
    const { to = null } = await readBody(c, rollbackBody)
    const [last] = await desk.store.requests({ apps: [request.app], states: ['succeeded'], limit: 1 })
    if (request.state !== 'succeeded' || request.wish.does !== 'release' || last?.id !== request.id) {
      return refuse('no-way-back', {
        detail: `Release ${request.id} is not what this app released last.`,
        hint: 'Ask for the rollback of the newest release that succeeded.',
      })
    }
    return accept(c, keeper, {
      app: request.app,
      wish: { does: 'rollback', leaving: request.id, to },
      key: idempotencyKey(c),
      by,
    })
  })
}

// Hands a wish to the desk, and says what became of it.
export async function accept(
  c: DoorContext,
  { desk }: Doorkeeper,
  wish: Parameters<Doorkeeper['desk']['ask']>[0],
): Promise<Response> {
  const { is, request } = await desk.ask(wish)
  if (is === 'other')
    return refuse('key-reused', {
      detail: 'This Idempotency-Key was sent before, with something else.',
      hint: 'Send a new key for a new release.',
    })
  if (is === 'full')
    return refuse('queue-full', {
      detail: 'As many requests of this app wait as may.',
      hint: 'Look why they wait, and cancel those that nobody needs.',
      headers: { 'retry-after': '60' },
    })
  c.set('accepted', request.id)
  const url = requestUrl(request.id, c.var.origin.base)
  c.header('Location', url)
  if (wantsText(c)) return c.text(`${url}\n`, 202)
  return c.json(publicRequest(request, c.var.origin.base), 202)
}

// The request that the address names, where the asker may know of it.
export async function needRequest(
  c: DoorContext,
  keeper: Doorkeeper,
  deed: Deed,
): Promise<{ request: Request; by: string }> {
  const asker = await needAsker(c, keeper, deed)
  const path: unknown = { id: numberOrText(c.req.param('id') ?? '') }
  const request = releasePath(path) ? await keeper.desk.store.request(path.id) : undefined
  if (request === undefined || !seesApp(asker, request.app)) return refuseUnseen()
  return { request, by: c.var.who ?? refuseUnknown() }
}

function wantsText(c: DoorContext): boolean {
  return /^text\/plain\b/i.test(c.req.header('accept') ?? '')
}

function idempotencyKey(c: DoorContext): string | null {
  return checkedParameters(ASK_HEADERS, (name) => c.req.header(name))['Idempotency-Key'] ?? null
}
