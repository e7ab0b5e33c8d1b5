import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, twoVersions, withTwoVersions } from './fleet.ts'
import { FULL, VOLUME } from './drill-size.ts'
import { promise } from './promise.ts'
import { goLive } from './release.ts'
import { until } from './until.ts'
import { answeredBy, startWrk, visitedDuring } from './wrk.ts'

// The same as with our own visitors (app-load), counted by a client that is not ours, as fast as it can.

let at: Desk
let host: LabHost

const shop = (php: string, workers: number, more = '') => app('shop', [serves('web-1', workers)], { php, more })

test.before(
  loud(async () => {
    ;[host] = await withTwoVersions('web-1')
    at = await desk({ 'clusters/web.yml': cluster([host], await twoVersions()) })
    await configure(at, 'shop', shop('7.4', 20))
    await goLive(host, 'shop', 'plain')
    await configure(at, 'shop', shop('7.4', 20))
  }),
)

promise('wrk counts no failed request while limits, pools, apps and the PHP version change', async () => {
  const loads = [
    startWrk(host, 'shop.example.com', '/', FULL ? 8 : 3),
    startWrk(host, 'shop.example.com', '/slow/700', 3),
  ]
  const ended = async () => Promise.all(loads.map((load) => load.stop()))
  try {
    for (const [name, definition] of [
      ['shop', shop('7.4', 24, 'request_memory: 200\n')],
      ['shop', shop('7.4', 18, 'request_payload: 12\nrequest_duration: 40\n')],
      ['blog', app('blog', [serves('web-1')], { php: '7.4' })],
      ['shop', shop('8.2', 18, 'request_payload: 12\n')],
      ['shop', shop('8.2', 30)],
    ] as const)
      await visitedDuring([host], 'shop', () => configure(at, name, definition))
    await until(
      'as many as were asked for',
      () => answeredBy(host, 'shop'),
      (requests) => requests >= VOLUME,
    )
  } finally {
    const [fast, slow] = await ended()
    assert.equal([fast?.wrong, slow?.wrong], [[], []])
    assert.ok((slow?.requests ?? 0) >= 3, `${slow?.requests} slow requests`)
    process.stderr.write(`wrk: ${fast?.requests} fast and ${slow?.requests} slow requests, 0 failed\n`)
  }
})

test.run()
