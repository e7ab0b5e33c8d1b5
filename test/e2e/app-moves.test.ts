import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, forget, oneLine } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { web, withLaravel } from './fleet.ts'
import { jobs, letGo, push, pushHeld } from './laravel.ts'
import { get } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { asApp, goLive } from './release.ts'
import { until } from './until.ts'
import { pidsOf, processesOf, workersOn } from './workers.ts'

// What is taken away from a server does not go on running there, and nothing of the app's data goes with it.

let at: Desk
let here: LabHost
let other: LabHost

const POOL = 'web: { pm: static, max_workers: 3 }'
const WORK =
  'queues: [ { name: default, command: queue:work --sleep=1 --timeout=0, workers: 2, stop_wait_timeout: 3600 } ], ' +
  'scheduler: on, cron: [ { name: reports, at: "0 3 * * *", command: artisan list } ]'
const PROGRAMS = '/etc/supervisor/conf.d/flight-shop.conf'
const CRON = '/etc/cron.d/flight-shop'
const SITE = '/etc/nginx/sites-enabled/flight-shop.conf'
const PHP_POOL = '/etc/php/8.2/fpm/pool.d/flight-shop.conf'

test.before(
  loud(async () => {
    ;[here, other] = await withLaravel('bookworm', 'web-1', 'web-2')
    at = await desk({
      ...web([here, other]),
      'apps/blog.yml': app('blog', [`{ name: web-1, ${POOL} }`, `{ name: web-2, ${POOL} }`]),
    })
    at.put('apps/shop.yml', shop(`web-1, ${POOL}, ${WORK}`, `web-2, ${POOL}`))
    await at.expect(0, 'plan')
    await at.expect(0, 'apply', 'plan.json')
    for (const host of [here, other]) {
      for (const name of ['shop', 'blog']) await goLive(host, name, 'laravel')
      await asApp(host, 'shop', `echo precious >shop/.flight/shared/storage/app/upload.txt`)
    }
    await at.expect(0, 'plan')
    await at.expect(0, 'apply', 'plan.json')
  }),
)

function shop(...servers: readonly string[]): string {
  return app(
    'shop',
    servers.map((server) => `{ name: ${server} }`),
  )
}

// What keeps an app's data: everything in its home, by digest, without logs and sessions.
async function data(host: LabHost): Promise<string> {
  return host.must(
    `cd /home/shop && find . -type f -not -path '*/logs/*' -not -path '*/framework/*' -not -name 'queue.sqlite*' ` +
      `-exec sha256sum {} + | sort -k 2; cat /home/shop/shop/.flight/shared/storage/app/upload.txt`,
  )
}

// The paths that the plan on the desk would retire on a server.
function retired(server: string): string[] {
  const begin = `retire ${server}/retired/`
  return told(planOn(at), server)
    .flatMap((line) => (line.startsWith(begin) ? [line.slice(begin.length)] : []))
    .sort()
}

async function apply(): Promise<string> {
  const { stdout } = await at.expect(0, 'apply', 'plan.json')
  await at.expect(0, 'plan', '--detailed-exitcode')
  return stdout
}

promise(
  'a queue and a scheduler move to another server: the plan says so, the running job finishes, and neither runs twice',
  async () => {
    await pushHeld(here, 'shop', 'last-here')
    await until(
      'the job runs',
      () => jobs(here, 'shop'),
      (notes) => notes.length === 1,
    )
    const before = await data(here)
    at.put('apps/shop.yml', shop(`web-1, ${POOL}`, `web-2, ${POOL}, ${WORK}`))
    const { stdout } = await at.expect(2, 'plan', '--detailed-exitcode')
    assert.equal(retired('web-1'), [CRON, PROGRAMS])
    for (const path of [CRON, PROGRAMS]) {
      assert.ok(told(planOn(at), 'web-2').includes(`create web-2/file/${path}`))
      assert.match(stdout, path)
    }
    assert.equal(
      planOn(at)
        .stages.map(({ name }) => name.replace(/ \d.*/, ''))
        .filter((name, index, all) => all.indexOf(name) === index),
      ['configure', 'retire'],
      'what comes is there before what goes',
    )
    await apply()
    assert.match(await here.must(`cat ${CRON}`), /^# Retired by Flight/)
    assert.is(await here.must(`grep -cv '^#' ${CRON}; true`), '0\n', 'nothing of it is left for cron')
    assert.is((await pidsOf(other, 'shop', 'default')).size, 2)
    assert.not.match((await jobs(here, 'shop')).map(({ what }) => what).join(' '), /END/)
    await letGo(here, 'shop', 'last-here')
    await until(
      'the job that ran is done',
      () => jobs(here, 'shop'),
      (notes) => notes.some(({ what }) => what === 'END'),
    )
    await until(
      'no worker is left',
      () => processesOf(here, 'shop'),
      (all) => !all.some((line) => line.includes('queue:work')),
    )
    await until(
      'supervisor knows none of them any more',
      () => workersOn(here),
      (workers) => !workers.some(({ name }) => name.includes('shop')),
    )
    await push(here, 'shop', 0, 'nobody-takes-it')
    await push(other, 'shop', 0, 'taken')
    await until(
      'the other server works',
      () => jobs(other, 'shop'),
      (notes) => notes.some(({ what, job }) => what === 'END' && job === 'taken'),
    )
    assert.not.match((await jobs(here, 'shop')).map(({ job }) => job).join(' '), /nobody-takes-it/)
    assert.is(await data(here), before)
  },
)

promise(
  'an app is taken off a server: it no longer answers or works there, its data stays, what is left over is listed',
  async () => {
    const before = await data(other)
    at.put('apps/shop.yml', shop(`web-1, ${POOL}, ${WORK}`))
    const { stdout } = await at.expect(2, 'plan', '--app', 'shop', '--detailed-exitcode')
    for (const path of [CRON, PHP_POOL, PROGRAMS, SITE])
      assert.ok(retired('web-2').includes(path), `${path} is retired`)
    assert.ok(
      told(planOn(at), 'web-2').every((line) => /^(retire|reload|update) /.test(line)),
      'and nothing is made there',
    )
    assert.match(oneLine(stdout), /no longer wanted/)
    await at.expect(0, 'apply', 'plan.json')
    await nothingRuns(other)
    assert.is(await data(other), before)
    assert.is((await get(here, { domain: 'shop.example.com', path: '/' })).status, 200, 'elsewhere it answers')
    assert.is((await get(other, { domain: 'blog.example.com', path: '/' })).status, 200, 'and others do here')
    await leftOversAreListed(['web-2'])
  },
)

inDrills(
  'an app is deleted from the definitions: nothing of it runs anywhere, its data stays, what is left over is listed',
  async () => {
    const before = await data(here)
    forget(at, 'shop')
    await at.expect(2, 'plan', '--detailed-exitcode')
    for (const path of [CRON, PHP_POOL, PROGRAMS, SITE])
      assert.ok(retired('web-1').includes(path), `${path} is retired`)
    await apply()
    await nothingRuns(here)
    assert.is(await data(here), before)
    for (const host of [here, other])
      assert.is((await get(host, { domain: 'blog.example.com', path: '/' })).status, 200)
    await leftOversAreListed(['web-1', 'web-2'])
  },
)

inDrills('an app that comes back finds its data and its release as they were', async () => {
  await configure(at, 'shop', shop(`web-1, ${POOL}, ${WORK}`))
  assert.match((await get(here, { domain: 'shop.example.com', path: '/' })).body, /^release aaaaaaaaaaaa-1/)
  assert.is(await asApp(here, 'shop', 'cat shop/.flight/shared/storage/app/upload.txt'), 'precious\n')
  assert.is((await pidsOf(here, 'shop', 'default')).size, 2)
  await at.expect(0, 'plan', '--detailed-exitcode')
})

async function nothingRuns(host: LabHost): Promise<void> {
  await until(
    'no process is left',
    () => processesOf(host, 'shop'),
    (all) => all.length === 0,
  )
  const answer = await get(host, { domain: 'shop.example.com', path: '/' }).then(
    ({ status }) => String(status),
    (error: Error) => error.message,
  )
  assert.match(answer, /socket hang up|ECONNRESET/)
  await host.must('! test -S /run/php/flight-shop-8.2.sock')
  for (const path of [CRON, SITE, PROGRAMS]) assert.is(await host.must(`grep -cv '^#' ${path}; true`), '0\n', path)
  assert.is(await host.must(`grep -cv '^;' ${PHP_POOL}; true`), '0\n')
}

// What stays on a server is named, with the command that would remove it.
async function leftOversAreListed(servers: readonly string[]): Promise<void> {
  const { stdout } = await at.expect(0, 'plan')
  for (const server of servers) {
    const left = planOn(at).servers.find(({ name }) => name === server)?.leftovers ?? []
    assert.match(left.map(({ what, remove }) => `${what}: ${remove}`).join('\n'), /shop/, `left over on ${server}`)
    for (const { remove } of left) assert.match(oneLine(stdout), remove)
  }
}

test.run()
