import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, forget, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { FULL, ofAll } from './drill-size.ts'
import { cluster, provisioned, twoVersions, withTwoVersions } from './fleet.ts'
import { shutGate } from './gate.ts'
import { get, unharmed, type Visit } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { goLive } from './release.ts'
import { until } from './until.ts'

// What configuring costs those who visit meanwhile: nothing. Fast and slow
// requests run on while pools, sites, limits, other apps and PHP's version change.

const RELEASE = 'aaaaaaaaaaaa-1'

let at: Desk
let host: LabHost

test.before(
  loud(async () => {
    ;[host] = FULL ? await withTwoVersions('web-1') : await provisioned('web-1')
    at = await desk({ 'clusters/web.yml': cluster([host], FULL ? await twoVersions() : undefined) })
    await configure(at, 'shop', shop({}))
    await goLive(host, 'shop', 'plain', RELEASE)
    await configure(at, 'shop', shop({}))
  }),
)

// More workers than visitors, so that none waits for another.
function shop({ php = FULL ? '7.4' : '8.2', workers = 20, more = '' }): string {
  return app('shop', [serves('web-1', workers)], { php, more })
}

// A held request is ended by nothing but its gate.
const LONG = 'request_duration: 600\n'
const domain = 'shop.example.com'
const says = new RegExp(`^release ${RELEASE}, PHP [78]\\.`)
const VISITS: Visit[] = [
  { domain, path: '/', visitors: FULL ? 8 : 3, says },
  { domain, path: '/slow/700', visitors: 2, says },
  { domain, path: '/slow/4000', visitors: 1, says },
  { domain, path: '/include', visitors: 2, says: new RegExp(`, included ${RELEASE}\\n$`) },
  { domain, path: '/style.css', visitors: 1, says: /^body/ },
]

async function limits(): Promise<string> {
  return (await get(host, { domain, path: '/limits' })).body
}

const OTHERS: [memory: number, payload: number, workers: number][] = [
  [200, 11, 24],
  [220, 12, 18],
  [240, 13, 30],
]

promise('other limits and other pool sizes: no request fails, and each limit holds afterwards', async () => {
  const report = await unharmed(host, VISITS, async (load) => {
    for (const [memory, payload, workers] of ofAll(OTHERS, 1)) {
      const wanted = shop({ workers, more: `request_memory: ${memory}\nrequest_payload: ${payload}\n` })
      await load.over(() => configure(at, 'shop', wanted))
      assert.match(await limits(), new RegExp(`^${memory}M `))
      assert.match(await host.must('nginx -T 2>/dev/null'), new RegExp(`client_max_body_size ${payload}m`))
      assert.is(await host.must('pgrep -c -f "pool shop$"'), `${workers}\n`)
    }
  })
  assert.ok(
    (report.byPath.get('/slow/700') ?? 0) > (FULL ? 10 : 1) && (report.byPath.get('/slow/4000') ?? 0) > (FULL ? 2 : 1),
    'slow requests ran through all of it',
  )
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('a second app comes to the server: no request of the first fails, and the second answers', async () => {
  const blog = app('blog', [serves('web-1')], { php: '7.4' })
  await unharmed(host, VISITS, async (load) => {
    await load.over(() => configure(at, 'blog', blog))
    await goLive(host, 'blog', 'plain', RELEASE)
    await load.over(() => configure(at, 'blog', blog))
  })
  assert.match((await get(host, { domain: 'blog.example.com', path: '/' })).body, /^release aaaaaaaaaaaa-1, PHP 7\.4/)
})

inDrills(
  "PHP's version is switched: no request fails, all are answered by one version or the other, and the old pool is gone",
  async () => {
    const { bodies } = await unharmed(host, VISITS, async () => {
      await configure(at, 'shop', shop({ php: '8.2' }))
    })
    const versions = [...bodies.keys()].flatMap((body) => /PHP (\d\.\d)/.exec(body)?.[1] ?? [])
    assert.equal([...new Set(versions)].sort(), ['7.4', '8.2'])
    assert.match((await get(host, { domain, path: '/' })).body, /PHP 8\.2/)
    assert.match(await host.must('cat /etc/php/7.4/fpm/pool.d/flight-shop.conf'), /^; Retired by Flight/)
    await host.must(
      '! test -S /run/php/flight-shop-7.4.sock && ! pgrep -u shop -f php-fpm7.4; test -S /run/php/flight-shop-8.2.sock',
    )
    assert.match(
      (await get(host, { domain: 'blog.example.com', path: '/' })).body,
      /PHP 7\.4/,
      'the other app stays where it was',
    )
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

promise('a request in progress holds a reload up: it is answered, and the run goes on', async () => {
  const loads = () => host.must("grep -c 'Reloading in progress' /var/log/php8.2-fpm.log || true")
  await configure(at, 'shop', shop({ php: '8.2', more: LONG }))
  const gate = await shutGate(host)
  const slow = get(host, { domain, path: gate.path })
  await gate.reached()
  const before = await loads()
  at.put('apps/shop.yml', shop({ php: '8.2', workers: 21, more: LONG }))
  const run = at.start('app:configure', 'shop', '--yes')
  await until('FPM waits for the request', loads, (now) => now !== before)
  await gate.open()
  assert.match((await slow).body, says)
  const { exit, said } = await run.answer
  assert.is(exit, 0, said)
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('an app leaves the server: no request of the other fails', async () => {
  await unharmed(host, VISITS, async () => {
    forget(at, 'blog')
    await at.expect(2, 'plan', '--detailed-exitcode')
    await at.expect(0, 'apply', 'plan.json')
  })
  await host.must('! pgrep -u blog && test -d /home/blog/blog/releases')
})

test.run()
