import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { FULL } from './drill-size.ts'
import { provisioned, web } from './fleet.ts'
import { unharmed } from './load.ts'
import { promise } from './promise.ts'
import { goLive } from './release.ts'
import { until } from './until.ts'

// The controller dies at any moment of a run, again and again, while somebody visits.

const ROUNDS = FULL ? 12 : 3
const domain = 'shop.example.com'

let at: Desk
let host: LabHost

test.before(
  loud(async () => {
    ;[host] = await provisioned('web-1')
    at = await desk(web([host]))
    define(0)
    await at.expect(0, 'app:configure', 'shop', '--yes')
    await goLive(host, 'shop', 'plain')
    await at.expect(0, 'app:configure', 'shop', '--yes')
  }),
)

// Other limits, pool sizes and workers with each round; every other round a second app answers requests or does not.
function define(round: number): void {
  const queues = `queues: [ { name: idle, command: "sh -c 'exec sleep 1000'", workers: ${1 + (round % 3)} } ]`
  at.put(
    'apps/shop.yml',
    app('shop', [`{ name: web-1, web: { pm: static, max_workers: ${6 + (round % 5)} }, ${queues} }`], {
      more: `request_payload: ${10 + round}\n`,
    }),
  )
  at.put('apps/blog.yml', app('blog', [round % 2 === 0 ? '{ name: web-1, scheduler: on }' : serves('web-1')]))
}

promise(
  'killed at several moments of a run, planned and applied again: nothing fails, nothing stays locked, and it ends ' +
    'as defined',
  async () => {
    const visits = [
      { domain, path: '/', visitors: 4, says: /^release/ },
      { domain, path: '/slow/700', visitors: 2, says: /^release/ },
    ]
    await unharmed(host, visits, async () => {
      for (let round = 1; round <= ROUNDS; round++) {
        define(round)
        const run = at.start('plan', '--out', 'plan.json')
        await run.answer
        const apply = at.start('apply', 'plan.json')
        // At moments spread over a run: on a machine of today the last ones come when it is nearly done.
        await sleep(150 + ((round * 12) / ROUNDS) * 110)
        apply.kill('SIGKILL')
        await apply.answer
      }
      // A step that was on its way may hold the server until it ends.
      await until(
        'nobody holds a lock',
        () => at.flight('locks'),
        ({ stdout }) => /Nobody holds a lock/.test(stdout),
      )
      await at.flight('plan')
      await at.expect(0, 'apply', 'plan.json')
    })
    await at.expect(0, 'plan', '--detailed-exitcode')
    assert.match(await host.must('nginx -T 2>/dev/null'), new RegExp(`client_max_body_size ${10 + ROUNDS}m`))
    assert.is((await host.must('pgrep -c -f "pool shop$"')).trim(), String(6 + (ROUNDS % 5)))
  },
)

test.run()
