import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, oneLine } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { cluster, PHP_OF, withLaravel } from './fleet.ts'
import { jobs, logOf, push } from './laravel.ts'
import { get } from './load.ts'
import { promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { goLive, installRelease, switchTo } from './release.ts'
import { until } from './until.ts'
import { pidsOf } from './workers.ts'

// A real Laravel application on a server, from before its first release on: it answers, works and keeps its schedule.

const SUITES = [
  { suite: 'bookworm', server: 'web-1', laravel: /Laravel 8\.83\.\d+, PHP 8\.2/ },
  { suite: 'trixie', server: 'web-2', laravel: /Laravel 10\.48\.\d+, PHP 8\.4/ },
] as const

const WAITING = ['/etc/supervisor/conf.d/flight-shop.conf', '/etc/cron.d/flight-shop']
const FIRST = 'aaaaaaaaaaaa-1'
const SECOND = 'bbbbbbbbbbbb-2'
const domain = 'shop.example.com'
const there: Partial<Record<string, { at: Desk; host: LabHost }>> = {}

test.before(
  loud(async () => {
    for (const { suite, server } of ofAll(SUITES, 1)) {
      const [host] = await withLaravel(suite, server)
      const web =
        `{ name: ${server}, web: { max_workers: 4 }, queues: [ { name: default, command: queue:work ` +
        `--sleep=1 --timeout=60, workers: 2, stop_wait_timeout: 60 } ], scheduler: on }`
      const at = await desk({
        'clusters/web.yml': cluster([host], `php: [ ${PHP_OF[suite]} ]\n`),
        'apps/shop.yml': app('shop', [web], { php: PHP_OF[suite] }),
      })
      there[suite] = { at, host }
    }
  }),
)

function on(suite: string): { at: Desk; host: LabHost } {
  const found = there[suite]
  if (found === undefined) throw new Error(`no ${suite} host was started`)
  return found
}

for (const { suite, server, laravel } of ofAll(SUITES, 1)) {
  promise(
    `${suite}: before the first release it is configured, workers and schedule wait for it, and the plan says so`,
    async () => {
      const { at, host } = on(suite)
      const { stdout } = await at.expect(2, 'plan', '--detailed-exitcode')
      assert.match(oneLine(stdout), /not before there is a release/, 'what waits is said')
      assert.is(
        told(planOn(at))
          .filter((line) => WAITING.some((path) => line.includes(path)))
          .join('\n'),
        '',
        'and not planned',
      )
      await at.expect(0, 'app:configure', 'shop', '--yes')
      await host.must(WAITING.map((path) => `! test -e ${path}`).join(' && '))
      assert.is(await host.must('stat -c "%a %U:%G" /home/shop'), '710 shop:www-data\n')
      assert.is((await get(host, { domain, path: '/' })).status, 503, 'there is nothing yet to answer with')
      await at.expect(0, 'plan', '--detailed-exitcode')
    },
  )

  promise(
    `${suite}: with a release there, the same command writes workers and schedule, and then nothing is left to do`,
    async () => {
      const { at, host } = on(suite)
      await goLive(host, 'shop', 'laravel', FIRST)
      await at.expect(2, 'plan', '--detailed-exitcode')
      for (const path of WAITING)
        assert.ok(told(planOn(at)).includes(`create ${server}/file/${path}`), `${path} is planned`)
      await at.expect(0, 'apply', 'plan.json')
      await at.expect(0, 'plan', '--detailed-exitcode')
      assert.is((await pidsOf(host, 'shop', 'default')).size, 2)
    },
  )

  promise(`${suite}: the application answers on its domain, and nobody on another`, async () => {
    const { host } = on(suite)
    const { status, body } = await get(host, { domain, path: '/' })
    assert.is(status, 200, body)
    assert.match(body, laravel)
    assert.match(body, FIRST)
    assert.is((await get(host, { domain, path: '/no-such-page' })).status, 404, "Laravel's own")
    const other = await get(host, { domain: 'other.example.com', path: '/' }).then(
      ({ status: got }) => String(got),
      (error: Error) => error.message,
    )
    assert.match(other, /socket hang up|ECONNRESET/)
  })

  promise(`${suite}: a worker takes a job and finishes it, as the app's user`, async () => {
    const { host } = on(suite)
    await push(host, 'shop', 1, 'first')
    const done = await until(
      'the job is done',
      () => jobs(host, 'shop'),
      (notes) => notes.some(({ what }) => what === 'END'),
    )
    assert.equal(
      done.map(({ what, job, release }) => [what, job, release]),
      [
        ['start', 'first', FIRST],
        ['END', 'first', FIRST],
      ],
    )
    const pids = [...(await pidsOf(host, 'shop', 'default')).values()]
    assert.ok(pids.includes(done[0]?.pid ?? 0), 'one of the workers that supervisor runs')
    assert.is(await host.must(`ps -o user= -p ${pids.join(',')} | sort -u`), 'shop\n')
  })

  promise(`${suite}: another release answers as soon as current points to it, without a reload`, async () => {
    const { at, host } = on(suite)
    await installRelease(host, 'shop', 'laravel', SECOND)
    await switchTo(host, 'shop', SECOND)
    await until(
      'the second release answers',
      () => get(host, { domain, path: '/include' }),
      ({ body }) => body === `release ${SECOND}, included ${SECOND}\n`,
    )
    // Somebody else switched it: whoever did left the workers in the first one, and the plan sees that.
    const { stdout } = await at.expect(2, 'plan', '--detailed-exitcode')
    assert.equal(told(planOn(at)), [`reload ${server}/programs/shop`])
    assert.match(oneLine(stdout), /run another release than the live one: shop\.default\.1, shop\.default\.2/)
    await at.expect(0, 'apply', 'plan.json')
    await until(
      'the workers run the second release',
      () => at.flight('plan', '--detailed-exitcode'),
      ({ exit }) => exit === 0,
    )
    await push(host, 'shop', 0, 'second')
    await until(
      'a job ran in the second release',
      () => jobs(host, 'shop'),
      (notes) => notes.some(({ what, release }) => what === 'END' && release === SECOND),
    )
  })
}

for (const { suite } of ofAll(SUITES, 1)) {
  promise(`${suite}: the schedule is kept within two minutes`, async () => {
    const { host } = on(suite)
    const log = await until(
      'the schedule ran',
      () => logOf(host, 'shop', 'sched.log'),
      (text) => text !== '',
    )
    assert.match(log, /^\S+ [0-9a-f]{12}-\d+\n/)
  })
}

test.run()
