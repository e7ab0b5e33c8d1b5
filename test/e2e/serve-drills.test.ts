import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loud } from '../support/loud.ts'
import { FULL } from './drill-size.ts'
import { inDrills, promise } from './promise.ts'
import { until } from './until.ts'
import { burst, commitsFor, killed, unfinished, wentLiveOnceInOrder } from './serve-drill.ts'
import { ended, type Served, type ServeFleet, serveFleet, shownNow, startServe } from './serve-fleet.ts'

// Apps on three servers, and a deployment server that much is asked of while things go wrong. One app for each set of
// servers here; `npm run drills` has twenty of them, with a burst of 200 requests and ten kills.

const [APPS, EACH, KILLS] = FULL ? [20, 5, 10] : [3, 3, 2]

let fleet: ServeFleet
let served: Served

test.before(
  loud(async () => {
    fleet = await serveFleet(APPS, ['look: 0'])
    served = await startServe(fleet)
  }),
)
test.after(async () => {
  served?.process.kill('SIGTERM')
  await served?.stopped
})

inDrills('a burst of requests, each commit asked for twice: each goes live, exactly once, in order', async () => {
  const began = Date.now()
  const asked = await burst(fleet, commitsFor(fleet, EACH, 'burst'), 'burst')
  const accepted = Date.now()
  assert.is(asked.length, APPS * EACH)
  await wentLiveOnceInOrder(fleet, asked)
  process.stdout.write(
    `${asked.length * 2} requests accepted in ${accepted - began} ms, ${asked.length} releases in ` +
      `${Math.round((Date.now() - began) / 1000)} s\n`,
  )
})

promise('kill -9 at random moments: each commit goes live all the same, exactly once, in order', async () => {
  const wanted = commitsFor(fleet, 2, 'kill')
  const asking = burst(fleet, wanted, 'kill')
  served = await killed(fleet, served, KILLS, 20_261_123)
  await wentLiveOnceInOrder(fleet, await asking)
})

inDrills('a server is down: apps without it go on meanwhile, the others go live when it is back', async () => {
  const down = fleet.hosts[2]
  await down.cutCable()
  try {
    const asked = await burst(fleet, commitsFor(fleet, 1, 'down'), 'down')
    const without = asked.filter(({ app }) => !app.on.includes(down.name))
    for (const { app, id } of without)
      assert.is((await ended(fleet, app, id)).state, 'succeeded', 'it does not wait for the server that is down')
    assert.is(await unfinished(fleet), asked.length - without.length)
    // Each of the others was tried and found it gone, more than once for some.
    await until(
      'the others were tried',
      () => Promise.all(asked.filter((each) => !without.includes(each)).map(({ app, id }) => shownNow(fleet, app, id))),
      (all) => all.every(({ attempts }) => attempts > 0) && all.some(({ attempts }) => attempts > 1),
    )
    await down.plugCable()
    await wentLiveOnceInOrder(fleet, asked)
  } finally {
    await down.plugCable()
  }
})

test.run()
