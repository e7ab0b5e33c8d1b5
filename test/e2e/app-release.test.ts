import { randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Repository } from '../artifacts/repository.ts'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { oneLine } from './app-definition.ts'
import { repositoryOf } from './app-repository.ts'
import { desk, type Desk } from './desk.ts'
import { FULL, VOLUME, ofAll } from './drill-size.ts'
import { cluster, withLaravel } from './fleet.ts'
import { beginHeld, jobs, letGo, push } from './laravel.ts'
import { get } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { asApp } from './release.ts'
import { until } from './until.ts'
import { pidsOf } from './workers.ts'
import { startWrk, visitedDuring } from './wrk.ts'

// Releases of a real Laravel application on three servers: two that answer, one that works.

const domain = 'shop.example.com'
let hosts: LabHost[]
const SUBJECTS = ofAll(['Second', 'Third', 'Fourth'], 1)
let at: Desk
let repo: Repository

test.before(
  loud(async () => {
    hosts = await withLaravel('bookworm', 'web-1', 'web-2', 'work-1')
    repo = repositoryOf('laravel')
    at = await desk({ 'clusters/web.yml': cluster(hosts), 'apps/shop.yml': definition() })
  }),
)

const MIGRATE = '"touch storage/app/queue.sqlite && artisan migrate --force"'

function definition(more = ''): string {
  return (
    `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${domain}
health_check: /
linked_dirs: [ storage/app, storage/framework/sessions, storage/logs ]
composer_command: dump-autoload --quiet
release_commands: [ artisan config:cache, artisan route:cache ]
after_commands: [ "echo live >>storage/app/after.log" ]
keep_releases: 3
keep_assets: [ public/build ]
${more}servers:
  - { name: web-1, web: { pm: static, max_workers: 8 }, deploy_commands: [ ${MIGRATE} ] }
  - { name: web-2, web: { pm: static, max_workers: 8 } }
  - { name: work-1, deploy_commands: [ ${MIGRATE} ], queues: [ { name: default, command: queue:work --sleep=1 ` +
    `--timeout=0, workers: 2, stop_wait_timeout: 3600 } ], scheduler: on }
`
  )
}

// What each server says that it serves, as its link says and as its site answers.
async function served(): Promise<string[]> {
  const links = await Promise.all(hosts.map((host) => host.must('readlink /home/shop/shop/current')))
  const pages = await Promise.all(hosts.slice(0, 2).map((host) => get(host, { domain, path: '/' })))
  return [
    ...new Set([
      ...links.map((link) => link.trim().replace('releases/', '')),
      ...pages.map(({ body }) => /^release (\S+),/.exec(body)?.[1] ?? body),
    ]),
  ]
}

const short = (commit: string, number = 1) => `${commit.slice(0, 12)}-${number}`

promise(
  'before the first environment file is there a release says so, with the command that puts it there, and sends ' +
    'nothing',
  async () => {
    await at.expect(0, 'app:configure', 'shop', '--yes')
    const { said } = await at.expect(1, 'app:release', 'shop', 'main', '--yes')
    assert.match(
      oneLine(said),
      /web-1, web-2, work-1 are blocked: \S+\.env: is not there: shop has no environment file on this server yet/,
    )
    assert.match(oneLine(said), /way out: flight env:push shop FILE/)
    for (const host of hosts) await host.must('! test -e /var/lib/flight/releases')
    at.put('.env.shop', `APP_KEY=base64:${randomBytes(32).toString('base64')}\nAPP_NAME=before\n`)
    await at.expect(0, 'env:push', 'shop', '--yes')
  },
)

promise(
  'the first release goes live on all servers at once, with workers and schedule; releasing it ' +
    'again is nothing to do',
  async () => {
    const commit = repo.git('rev-parse', 'HEAD')
    await at.expect(0, 'app:release', 'shop', 'main', '--yes')
    assert.equal(await served(), [short(commit)])
    const moments = await Promise.all(
      hosts.map((host) => host.must(`cat /var/lib/flight/releases/shop/${short(commit)}/lives`)),
    )
    const [first = 0, ...others] = moments.map(Number)
    // How near each other is a question of the machine too: the drills ask it.
    if (FULL)
      assert.ok(
        others.every((moment) => Math.abs(moment - first) < 0.1),
        moments.join(' '),
      )
    assert.is((await pidsOf(hosts[2] as LabHost, 'shop', 'default')).size, 2)
    await push(hosts[2] as LabHost, 'shop', 1, 'first')
    await until(
      'the job is done',
      () => jobs(hosts[2] as LabHost, 'shop'),
      (notes) => notes.some(({ what, release }) => what === 'END' && release === short(commit)),
    )
    assert.is(
      await hosts[0]?.must('stat -c "%a %U" /home/shop/shop/releases/* && find /home/shop/shop/releases -user root'),
      '755 shop\n',
    )
    assert.match(
      (await at.expect(0, 'app:release', 'shop', commit.slice(0, 8), '--yes')).stdout,
      /Nothing to do on 3 servers/,
    )
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

promise('releases and rollbacks under load: no request fails, and none is answered by two releases', async () => {
  const [one, two, work] = hosts as [LabHost, LabHost, LabHost]
  const loads = [
    startWrk(one, domain, '/include/2', FULL ? 6 : 2, { oneRelease: true }),
    startWrk(two, domain, '/include/2', FULL ? 6 : 2, { oneRelease: true }),
    startWrk(one, domain, '/include/700', 2, { oneRelease: true }),
    startWrk(two, domain, '/include/1500', 1, { oneRelease: true }),
  ]
  const names = [short(repo.git('rev-parse', 'HEAD'))]
  const visited = async () => {
    await beginHeld(work, 'shop', 'long')
    for (const subject of SUBJECTS) {
      const commit = repo.commit(subject, {
        [`public/build/${subject}.css`]: `/* ${subject} */\n`,
        'version.txt': subject,
      })
      names.push(short(commit))
      await visitedDuring([one, two], 'shop', () => at.expect(0, 'app:release', 'shop', commit, '--yes'))
      assert.equal(await served(), [names.at(-1)])
    }
    await letGo(work, 'shop', 'long')
    await visitedDuring([one, two], 'shop', () => at.expect(0, 'app:rollback', 'shop', '--yes'))
    assert.equal(await served(), [names.at(-2)])
    if (FULL) {
      await visitedDuring([one, two], 'shop', () => at.expect(0, 'app:rollback', 'shop', names[1] as string, '--yes'))
      assert.equal(await served(), [names[1]])
    }
    await until(
      'enough visitors came',
      async () =>
        (await Promise.all([one, two].map((host) => host.must('wc -l </var/log/nginx/shop.access.log')))).reduce(
          (sum, lines) => sum + Number(lines),
          0,
        ),
      (requests) => requests >= (VOLUME * 5) / 2,
    )
  }
  // However it ends, the visitors go.
  const [outcome] = await Promise.allSettled([visited()])
  const reports = await Promise.all(loads.map((load) => load.stop()))
  if (outcome.status === 'rejected') throw outcome.reason
  process.stderr.write(`requests: ${reports.map(({ requests }) => requests).join(' + ')}\n`)
  assert.equal(
    reports.flatMap(({ wrong }) => wrong),
    [],
  )
  assert.ok(
    reports.every(({ requests }) => requests > 0),
    'slow ones among them',
  )
  const notes = await until(
    'the long job is done',
    () => jobs(work, 'shop'),
    (all) => all.some(({ what, job }) => what === 'END' && job === 'long'),
  )
  assert.equal(
    notes.filter(({ job }) => job === 'long').map(({ release }) => release),
    [names[0], names[0]],
    'in the release that it began in',
  )
  assert.match(
    await asApp(work, 'shop', 'cat shop/.flight/shared/storage/app/after.log'),
    new RegExp(`^(live\n){${FULL ? 6 : 3}}$`),
  )
})

inDrills(
  'a way back reads the environment file of today: what the release cached of it when it was live does not come back',
  async () => {
    const names = async () =>
      Promise.all(hosts.slice(0, 2).map(async (host) => (await get(host, { domain, path: '/name' })).body))
    assert.equal(await names(), ['before\n', 'before\n'])
    repo.commit('Fifth', { 'version.txt': 'Fifth' })
    await at.expect(0, 'app:release', 'shop', 'main', '--yes')
    for (const host of hosts)
      await asApp(host, 'shop', `sed -i 's/^APP_NAME=.*/APP_NAME=after/' shop/.flight/shared/.env`)
    const { stdout } = await at.expect(0, 'app:rollback', 'shop', '--yes')
    assert.match(oneLine(stdout), /! migrations were called since that release was live \(in [0-9a-f]{12}-1/)
    assert.equal(await names(), ['after\n', 'after\n'])
    assert.equal([...(await pidsOf(hosts[2] as LabHost, 'shop', 'default')).keys()].length, 2)
    await until(
      'the workers run the live release',
      () => at.flight('plan', '--detailed-exitcode'),
      ({ exit }) => exit === 0,
    )
  },
)

inDrills('app:releases shows which release is where; a server that differs stands out', async () => {
  const { stdout } = await at.expect(0, 'app:releases', 'shop')
  assert.match(stdout, /live +\d{4}-\d\d-\d\dT/)
  assert.match(stdout, /good/)
  const other =
    stdout
      .split('\n')
      .find((line) => / good /.test(line))
      ?.split(' ')[0] ?? ''
  await asApp(
    hosts[1] as LabHost,
    'shop',
    `cd shop && ln -s releases/${other} .flight/other && mv -fT .flight/other current`,
  )
  assert.match((await at.expect(0, 'app:releases', 'shop')).stdout, new RegExp(`${other} +LIVE ON SOME: web-2`))
})

test.run()
