import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loud } from '../support/loud.ts'
import { promise } from './promise.ts'
import { burst, commitsFor, killed, unfinished, wentLiveOnceInOrder } from './serve-drill.ts'
import { ended, type Served, type ServeFleet, serveFleet, startServe } from './serve-fleet.ts'

// Twenty apps on three servers, and a deployment server that much is asked of while things go wrong.

const APPS = 20

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

promise('200 requests in a burst, each commit asked for twice: each goes live, exactly once, in order', async () => {
  const began = Date.now()
  const asked = await burst(fleet, commitsFor(fleet, 5, 'burst'), 'burst')
  const accepted = Date.now()
  assert.is(asked.length, APPS * 5)
  await wentLiveOnceInOrder(fleet, asked, 280)
  process.stdout.write(
    `200 requests accepted in ${accepted - began} ms, ${asked.length} releases in ` +
      `${Math.round((Date.now() - began) / 1000)} s\n`,
  )
})

promise('kill -9 at ten random moments: each commit goes live all the same, exactly once, in order', async () => {
  const wanted = commitsFor(fleet, 2, 'kill')
  const asking = burst(fleet, wanted, 'kill')
  served = await killed(fleet, served, 10, 20_261_123)
  await wentLiveOnceInOrder(fleet, await asking, 280)
})

promise('a server is down for two minutes: apps without it go on, the others go live when it is back', async () => {
  const down = fleet.hosts[2]
  await down.cutCable()
  const began = Date.now()
  try {
    const asked = await burst(fleet, commitsFor(fleet, 1, 'down'), 'down')
    const without = asked.filter(({ app }) => !app.on.includes(down.name))
    for (const { app, id } of without) assert.is((await ended(fleet, app, id, 110)).state, 'succeeded')
    assert.ok(Date.now() - began < 120_000, 'the others did not wait for it')
    assert.is(await unfinished(fleet), asked.length - without.length)
    await sleep(120_000 - (Date.now() - began))
    await down.plugCable()
    await wentLiveOnceInOrder(fleet, asked, 180)
  } finally {
    await down.plugCable()
  }
})

test.run()
