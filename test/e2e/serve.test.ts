import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loud } from '../support/loud.ts'
import { get } from './load.ts'
import { promise } from './promise.ts'
import {
  ask,
  call,
  ended,
  type Served,
  type ServedApp,
  type ServeFleet,
  serveFleet,
  startServe,
} from './serve-fleet.ts'

// The deployment server against three real servers, as a pipeline asks it.

let fleet: ServeFleet
let served: Served
let shop: ServedApp // on all three
let first: string

test.before(
  loud(async () => {
    fleet = await serveFleet(5, ['look: 0'])
    served = await startServe(fleet)
    shop = fleet.apps[3] as ServedApp
  }),
)
test.after(async () => {
  served?.process.kill('SIGTERM')
  await served?.stopped
})

async function servedBy(app: ServedApp): Promise<string[]> {
  const pages = await Promise.all(
    fleet.hosts
      .filter(({ name }) => app.on.includes(name))
      .map(async (host) => (await get(host, { domain: `${app.name}.example.com`, path: '/' })).body),
  )
  return [...new Set(pages.map((page) => page.replace(/^release /, '').trim()))]
}

promise('a commit that is asked for goes live on all servers of the app, and the result says so', async () => {
  first = shop.repo.git('rev-parse', 'HEAD')
  const id = await ask(fleet, shop, first, { ref: 'main' })
  const shown = await ended(fleet, shop, id)
  assert.equal(
    [shown.state, shown.release, shown.end?.exit],
    ['succeeded', `${first.slice(0, 12)}-1`, 0],
    JSON.stringify(shown) + served.said(),
  )
  assert.equal(await servedBy(shop), [`${first.slice(0, 12)}-1`])
  const result = await call(fleet, shop, 'GET', `/v1/releases/${id}/result`)
  assert.is(result.status, 200)
  const log = await call(fleet, shop, 'GET', `/v1/releases/${id}/log`)
  assert.match(log.text, /stage go live/)
  const { stdout } = await fleet.at.expect(0, 'app:releases', shop.name)
  assert.match(stdout, /ci-app04/)
})

promise('the same request again is the same release, and what is live is not released again', async () => {
  const again = await ask(fleet, shop, first, {}, { 'idempotency-key': 'run-1' })
  assert.is(await ask(fleet, shop, first, {}, { 'idempotency-key': 'run-1' }), again)
  const shown = await ended(fleet, shop, again)
  assert.equal([shown.state, shown.release], ['succeeded', `${first.slice(0, 12)}-1`])
})

promise(
  'a commit that what is live contains is refused, unless it is asked for explicitly; the way back works',
  async () => {
    const second = shop.repo.commit('Second', { 'a.txt': '2' })
    const newer = await ended(fleet, shop, await ask(fleet, shop, second))
    assert.is(newer.state, 'succeeded', JSON.stringify(newer))
    const refused = await ended(fleet, shop, await ask(fleet, shop, first))
    assert.equal([refused.state, refused.release], ['refused', null])
    assert.match(refused.end?.said ?? '', /is older than what is live/)
    assert.equal(await servedBy(shop), [`${second.slice(0, 12)}-1`])
    const older = await ended(fleet, shop, await ask(fleet, shop, first, { older: true }))
    assert.equal([older.state, older.release], ['succeeded', `${first.slice(0, 12)}-2`], JSON.stringify(older))
    const third = await ended(fleet, shop, await ask(fleet, shop, second))
    assert.is(third.state, 'succeeded')
    const { status, json } = await call(fleet, shop, 'POST', `/v1/releases/${third.id}/rollback`, {})
    assert.is(status, 202, JSON.stringify(json))
    const back = await ended(fleet, shop, (json as { id: number }).id)
    assert.equal([back.state, back.release], ['succeeded', `${first.slice(0, 12)}-2`], JSON.stringify(back))
    assert.equal(await servedBy(shop), [`${first.slice(0, 12)}-2`])
  },
)

promise(
  'a release that does not work has failed, with the reason, and all servers serve what they served',
  async () => {
    const before = await servedBy(shop)
    const broken = shop.repo.commit('Broken', { 'public/index.php': '<?php http_response_code(500);\n' })
    const shown = await ended(fleet, shop, await ask(fleet, shop, broken))
    assert.is(shown.state, 'failed', JSON.stringify(shown))
    assert.match(shown.end?.said ?? '', /answered 500/)
    assert.equal(await servedBy(shop), before)
    const result = await call(fleet, shop, 'GET', `/v1/releases/${shown.id}/result`)
    assert.is(result.status, 409)
    shop.repo.commit('Mended', { 'public/index.php': "<?php echo 'release ', basename(dirname(__DIR__));\n" })
  },
)

promise('a commit that is nowhere is refused with words', async () => {
  const shown = await ended(fleet, shop, await ask(fleet, shop, 'f'.repeat(40)))
  assert.is(shown.state, 'refused')
  assert.match(shown.end?.said ?? '', /there is no commit f+/)
})

promise('nobody without the token of the app gets in', async () => {
  const other = fleet.apps[0] as ServedApp
  assert.is(
    (
      await call(fleet, { token: 'flight_aaaaaaaaaaaa_' + 'b'.repeat(48) }, 'POST', `/v1/apps/${shop.name}/releases`, {
        commit: first,
      })
    ).status,
    401,
  )
  assert.is((await call(fleet, other, 'POST', `/v1/apps/${shop.name}/releases`, { commit: first })).status, 404)
  assert.is((await call(fleet, other, 'GET', `/v1/releases/1`)).status, 404)
})

test.run()
