import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loud } from '../support/loud.ts'
import { WAIT_AT } from './gate.ts'
import { inDrills } from './promise.ts'
import {
  ask,
  call,
  ended,
  type Served,
  type ServedApp,
  type ServeFleet,
  serveFleet,
  shownNow,
  startServe,
} from './serve-fleet.ts'
import { until } from './until.ts'

// How the deployment server is stopped, what it tells others, and what it sees by itself, with real servers.

// Its health check is answered as soon as the gate is open.
const SLOW = `<?php ${WAIT_AT("'check'")} echo 'release ', basename(dirname(__DIR__));\n`
const QUICK = "<?php echo 'release ', basename(dirname(__DIR__));\n"

let fleet: ServeFleet
let served: Served
let shop: ServedApp // on all three
let receiver: Server
const told: {
  occasion: string
  text: string
  id: string
  request: { app: string; state: string } | null
  drift: { servers: { name: string; state: string }[] } | null
}[] = []

test.before(
  loud(async () => {
    receiver = createServer((request, response) => {
      let body = ''
      request
        .setEncoding('utf8')
        .on('data', (text: string) => (body += text))
        .on('end', () => {
          told.push(JSON.parse(body))
          response.end('ok')
        })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    fleet = await serveFleet(4, [
      'look: 0',
      'notify: [ { name: team, url_file: team.url, format: json, on: [ start, success, failure, rollback, drift ] } ]',
      'drift: "00:00"',
    ])
    fleet.at.put('team.url', `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?key=very-secret\n`)
    shop = fleet.apps[3] as ServedApp
    await fleet.hosts[1].must(`echo '# by hand' >>/etc/nginx/flight/limits.conf`)
    served = await startServe(fleet)
  }),
)
test.after(async () => {
  served?.process.kill('SIGTERM')
  await served?.stopped
  receiver?.close()
})

async function prepared(release: string): Promise<number[]> {
  return Promise.all(
    fleet.hosts.map(
      async (host) =>
        (await host.must(`cat /home/${shop.name}/${shop.name}/.flight/shared/storage/logs/prepared`))
          .split('\n')
          .filter((line) => line === release).length,
    ),
  )
}

const GATE = '/srv/hold/check'

async function shut(): Promise<void> {
  for (const host of fleet.hosts) await host.must(`mkdir -p -m 1777 /srv/hold && rm -f ${GATE}.reached && : >${GATE}`)
}

async function open(): Promise<void> {
  for (const host of fleet.hosts) await host.must(`rm -f ${GATE}`)
}

async function running(id: number, stage: string): Promise<void> {
  await until(
    `request ${id} reaches ${stage}`,
    async () => (await call(fleet, shop, 'GET', `/v1/releases/${id}/log`)).text,
    (log) => log.includes(`stage ${stage} begins`),
  )
}

inDrills('SIGTERM: what runs finishes, nothing new begins, and it ends with exit code 0', async () => {
  await shut()
  const slow = await ask(fleet, shop, shop.repo.commit('Slow', { 'public/index.php': SLOW }))
  await running(slow, 'check')
  const waiting = await ask(fleet, shop, shop.repo.commit('Quick', { 'public/index.php': QUICK }))
  served.process.kill('SIGTERM')
  await until(
    'it stops',
    async () => (await fetch(`${served.url}/readyz`)).status,
    (status) => status !== 200,
  )
  await open()
  assert.is(await served.stopped, 0, served.said())
  served = await startServe(fleet)
  const first = await ended(fleet, shop, slow)
  assert.is(first.state, 'succeeded')
  const log = await call(fleet, shop, 'GET', `/v1/releases/${slow}/log`)
  assert.not.match(log.text, /goes on after an interruption/)
  assert.is((await ended(fleet, shop, waiting)).state, 'succeeded')
})

inDrills('SIGTERM and no patience: it is handed over, and the next start goes on where it stopped', async () => {
  served.process.kill('SIGTERM')
  await served.stopped
  served = await startServe(fleet, '--patience', '0')
  await shut()
  const commit = shop.repo.commit('Slow again', { 'public/index.php': SLOW })
  const slow = await ask(fleet, shop, commit)
  await running(slow, 'check')
  served.process.kill('SIGTERM')
  // The step that runs is waited for: it ends once the gate is open, and nothing is begun after it.
  await until(
    'it gives up waiting',
    async () => served.said(),
    (said) => said.includes('patience is over'),
  )
  await open()
  assert.is(await served.stopped, 0, served.said())
  served = await startServe(fleet)
  const shown = await ended(fleet, shop, slow)
  assert.equal([shown.state, shown.attempts], ['succeeded', 2], JSON.stringify(shown))
  assert.equal(await prepared(shown.release ?? ''), [1, 1, 1])
  assert.match((await call(fleet, shop, 'GET', `/v1/releases/${slow}/log`)).text, /goes on after an interruption/)
})

inDrills('cancelling what runs stops it before it is live, and its commit can be released later', async () => {
  await shut()
  const commit = shop.repo.commit('Slow to cancel', { 'public/index.php': SLOW, 'cancel.txt': 'x' })
  const slow = await ask(fleet, shop, commit)
  await running(slow, 'check')
  assert.is((await call(fleet, shop, 'POST', `/v1/releases/${slow}/cancel`)).status, 202)
  await open()
  const shown = await ended(fleet, shop, slow)
  assert.is(shown.state, 'cancelled', JSON.stringify(shown))
  const again = await ended(fleet, shop, await ask(fleet, shop, commit))
  assert.is(again.state, 'succeeded', JSON.stringify(again))
})

inDrills('somebody who releases at a terminal is waited for', async () => {
  await shut()
  const commit = shop.repo.commit('By hand', { 'public/index.php': SLOW, 'hand.txt': 'x' })
  const byHand = fleet.at.start('app:release', shop.name, commit, '--yes')
  await byHand.says(/stage check begins/)
  const next = await ask(fleet, shop, shop.repo.commit('Quick after it', { 'public/index.php': QUICK }))
  await until(
    'it waits for the lock',
    () => shownNow(fleet, shop, next),
    ({ state, attempts }) => state === 'running' || attempts > 0,
  )
  await open()
  assert.is((await byHand.answer).exit, 0)
  const shown = await ended(fleet, shop, next)
  assert.is(shown.state, 'succeeded', JSON.stringify(shown))
})

inDrills('definitions that are wrong for a moment are waited for', async () => {
  const written = fleet.at.text(`apps/${shop.name}.yml`)
  const id = await ask(fleet, shop, shop.repo.commit('While definitions change', { 'b.txt': '1' }))
  fleet.at.put(`apps/${shop.name}.yml`, 'repo: [\n')
  await until(
    'it was tried',
    () => shownNow(fleet, shop, id),
    ({ state, attempts }) => state === 'waiting' && attempts > 0,
  )
  fleet.at.put(`apps/${shop.name}.yml`, written)
  assert.is((await ended(fleet, shop, id)).state, 'succeeded')
})

inDrills(
  'others are told what began, went well, failed and was gone back, without the address in any log',
  async () => {
    const broken = await ended(
      fleet,
      shop,
      await ask(fleet, shop, shop.repo.commit('Broken', { 'public/index.php': '<?php http_response_code(500);' })),
    )
    assert.is(broken.state, 'failed')
    const mended = await ended(
      fleet,
      shop,
      await ask(fleet, shop, shop.repo.commit('Mended', { 'public/index.php': QUICK })),
    )
    const { json } = await call(fleet, shop, 'POST', `/v1/releases/${mended.id}/rollback`, {})
    assert.is((await ended(fleet, shop, (json as { id: number }).id)).state, 'succeeded')
    await until(
      'others were told',
      () => told.map(({ occasion, request }) => `${occasion} ${request?.state}`),
      (all) =>
        ['start running', 'success succeeded', 'failure failed', 'rollback succeeded'].every((one) =>
          all.includes(one),
        ),
    )
    assert.is(new Set(told.map(({ id }) => id)).size, told.length, 'nothing was told twice')
    assert.not.match(served.said(), /very-secret/)
  },
)

inDrills('drift is looked for once a day by itself, shown, counted and told', async () => {
  const seen = () => told.filter(({ occasion }) => occasion === 'drift').length
  const written = fleet.at.text('flight.yml')
  // It looks once a day, so where starting takes longer than until the next full minute, it is tried again with more
  // time.
  for (let seconds = 5; seen() === 0; seconds *= 2) {
    served.process.kill('SIGTERM')
    await served.stopped
    const time = new Date(Math.ceil((Date.now() + seconds * 1000) / 60_000) * 60_000)
    fleet.at.put('flight.yml', written.replace('00:00', time.toISOString().slice(11, 16)))
    served = await startServe(fleet)
    if (Date.now() > time.getTime()) continue
    await until('it looks for drift', seen, (count) => count > 0)
  }
  const [found] = told.filter(({ occasion }) => occasion === 'drift')
  assert.equal(
    found?.drift?.servers.map(({ name, state }) => [name, state]),
    [['web-2', 'drifted']],
  )
  const page = await (await fetch(`${served.url}/clusters`)).text()
  assert.match(page, /limits\.conf/)
  const metrics = await (await fetch(`${served.url}/metrics`)).text()
  assert.match(metrics, /flight_drifted_servers\{cluster="web"\} 1/)
})

test.run()
