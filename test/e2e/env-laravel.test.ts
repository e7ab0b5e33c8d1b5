import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Repository } from '../artifacts/repository.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { oneLine } from './app-definition.ts'
import { repositoryOf } from './app-repository.ts'
import { desk, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { cluster, withLaravel } from './fleet.ts'
import { beginHeld, jobs, letGo } from './laravel.ts'
import { get } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { until } from './until.ts'
import { pidsOf } from './workers.ts'
import { startWrk, visitedDuring } from './wrk.ts'

// The environment file of a real Laravel application that caches
// its configuration: what a push changes, and what it leaves alone.

const domain = 'shop.example.com'
const CANARY = 'c4n4ry-in-an-exception'
const PUSHED = ofAll(['after', 'later', 'last'], 2)
let hosts: readonly [LabHost, LabHost, LabHost]
let at: Desk
let repo: Repository

test.before(
  loud(async () => {
    const [one, two, work] = await withLaravel('bookworm', 'web-1', 'web-2', 'work-1')
    hosts = [one, two, work]
    repo = repositoryOf('laravel')
    repo.commit('A configuration that may refuse', {
      'config/strict.php': `<?php\nif (env('STRICT')) throw new RuntimeException('no: '.env('STRICT'));\nreturn [];\n`,
    })
    at = await desk({
      'clusters/web.yml': cluster([one, two, work]),
      'apps/shop.yml':
        `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${domain}
health_check: /
linked_dirs: [ storage/app, storage/framework/sessions, storage/logs ]
composer_command: dump-autoload --quiet
release_commands: [ artisan config:cache, artisan route:cache ]
servers:
  - { name: web-1, web: { pm: static, max_workers: 8 } }
  - { name: web-2, web: { pm: static, max_workers: 8 } }
  - { name: work-1, deploy_commands: [ "[ ! -e slow ] || while [ -e /srv/hold/deploy ]; do sleep 0.1; done; ` +
        `touch storage/app/queue.sqlite && artisan migrate ` +
        `--force" ], queues: [ { name: default, command: queue:work --sleep=1 --timeout=0, workers: 2, ` +
        `stop_wait_timeout: 3600 } ], scheduler: on }
`,
    })
  }),
)

const environment = (name: string, more = '') =>
  writeFileSync(
    join(at.folder, '.env.shop'),
    `APP_KEY=base64:${Buffer.alloc(32, 7).toString('base64')}\nAPP_NAME="${name}"\n${more}`,
    { mode: 0o600 },
  )
const names = () =>
  Promise.all(hosts.slice(0, 2).map(async (host) => (await get(host, { domain, path: '/name' })).body.trim()))
const cached = () =>
  Promise.all(
    hosts.map((host) =>
      host.must(
        `cd /home/shop/shop/current/bootstrap/cache && ls -A && grep -o "'name' => '[a-z ]*'" config.php | head -n 1`,
      ),
    ),
  )
const masters = () =>
  Promise.all(
    hosts
      .slice(0, 2)
      .map((host) =>
        host.must(
          'systemctl show -p MainPID,ActiveEnterTimestamp php8.2-fpm nginx; journalctl -u php8.2-fpm -u nginx -q ' +
            '--no-pager | grep -ci reload || true',
        ),
      ),
  )

promise('the file is there before the first release, which finds it', async () => {
  environment('before')
  await at.expect(0, 'app:configure', 'shop', '--yes')
  const { said } = await at.expect(1, 'app:release', 'shop', 'main', '--yes')
  assert.match(oneLine(said), /has no environment file on this server yet.*flight env:push shop/)
  await at.expect(0, 'env:push', 'shop', '--yes')
  await at.expect(0, 'app:release', 'shop', 'main', '--yes')
  assert.equal(await names(), ['before', 'before'])
})

promise(
  'a push under load: what is cached is made anew and answers at once without a reload, a job is finished first, no ' +
    'request fails',
  async () => {
    const [one, two, work] = hosts
    const loads = [
      startWrk(one, domain, '/include/2', 2, { oneRelease: true }),
      startWrk(two, domain, '/include/700', 2, { oneRelease: true }),
    ]
    const before = { masters: await masters(), workers: await pidsOf(work, 'shop', 'default') }
    const visited = async () => {
      await beginHeld(work, 'shop', 'long')
      for (const name of PUSHED) {
        environment(name)
        await visitedDuring(hosts.slice(0, 2), 'shop', () => at.expect(0, 'env:push', 'shop', '--yes'))
        assert.equal(await names(), [name, name], 'at once')
        for (const said of await cached()) assert.match(said, new RegExp(`'name' => '${name}'`))
        for (const said of await cached()) assert.not.match(said, /flight/)
      }
      await letGo(work, 'shop', 'long')
      await visitedDuring(hosts.slice(0, 2), 'shop', () => at.expect(0, 'env:rollback', 'shop', '--yes'))
      assert.equal(await names(), [PUSHED.at(-2), PUSHED.at(-2)])
    }
    const [outcome] = await Promise.allSettled([visited()])
    const reports = await Promise.all(loads.map((load) => load.stop()))
    if (outcome.status === 'rejected') throw outcome.reason
    process.stderr.write(`requests: ${reports.map(({ requests }) => requests).join(' + ')}\n`)
    assert.equal(
      reports.flatMap(({ wrong }) => wrong),
      [],
    )
    assert.equal(await masters(), before.masters, 'nothing was reloaded')
    const notes = await until(
      'the long job is done',
      () => jobs(work, 'shop'),
      (all) => all.some(({ what, job }) => what === 'END' && job === 'long'),
    )
    const [begun, ended] = notes.filter(({ job }) => job === 'long')
    assert.is(begun?.pid, ended?.pid, 'by the worker that began it')
    const after = await until(
      'the workers are back',
      () => pidsOf(work, 'shop', 'default'),
      (all) => all.size === 2 && [...all].every(([name, pid]) => before.workers.get(name) !== pid),
    )
    assert.is(after.size, 2)
    await until(
      'nothing is left to do',
      () => at.flight('plan', '--detailed-exitcode'),
      ({ exit }) => exit === 0,
    )
  },
)

inDrills(
  'a release that was interrupted after it had cached the file before goes live with the file of today',
  async () => {
    const work = hosts[2]
    const commit = repo.commit('Slow to deploy', { slow: '' })
    await work.must('mkdir -p -m 1777 /srv/hold && : >/srv/hold/deploy')
    const run = at.start('app:release', 'shop', commit, '--yes')
    await until(
      'its deploy command runs',
      () => work.run(`ls /var/lib/flight/releases/shop/${commit.slice(0, 12)}-1/commands`),
      ({ stdout }) => stdout.includes('deploy-1'),
    )
    run.kill('SIGKILL')
    await run.answer
    environment('today')
    const push = at.start('env:push', 'shop', '--yes', '--force', '--wait')
    await push.says(/waiting: /)
    await work.must('rm /srv/hold/deploy')
    const pushed = await push.answer
    assert.is(pushed.exit, 0, pushed.said)
    assert.equal(await names(), ['today', 'today'])
    const { stdout } = await at.expect(0, 'app:release', 'shop', commit, '--yes')
    assert.match(stdout, new RegExp(`release ${commit.slice(0, 12)}-1 was begun before`))
    assert.equal(await names(), ['today', 'today'])
    for (const said of await cached()) assert.match(said, /'name' => 'today'/)
  },
)

inDrills(
  'a file of which artisan cannot make a configuration changes nothing anywhere, and what it threw is not repeated',
  async () => {
    const before = await cached()
    environment('strict', `STRICT=${CANARY}\n`)
    const { said } = await at.expect(7, 'env:push', 'shop', '--yes', '--force')
    assert.match(
      oneLine(said),
      /the configuration that \S+ caches cannot be made of it \(exit code 1\)\. What artisan says may show values: it is on this server alone, in (\/var\/lib\/flight\/environments\/shop\/\S+\/said)/,
    )
    assert.not.match(said, new RegExp(CANARY))
    const place = /(\/var\/lib\/flight\/environments\/shop\/\S+\/said)/.exec(oneLine(said))?.[1] ?? ''
    const shown = await Promise.all(hosts.map((host) => host.run(`cat ${place} && stat -c %a ${place}`)))
    assert.ok(
      shown.some(({ stdout }) => stdout.includes(CANARY) && stdout.endsWith('600\n')),
      'and can be read by root where it happened',
    )
    assert.equal(await names(), ['today', 'today'])
    assert.equal(await cached(), before)
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

test.run()
