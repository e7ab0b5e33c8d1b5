import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, oneLine } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { web, withLaravel } from './fleet.ts'
import { jobs, letGo, logOf, pushHeld } from './laravel.ts'
import { inDrills, promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { goLive } from './release.ts'
import { until } from './until.ts'
import { pidsOf, processesOf, workersOn } from './workers.ts'

// Workers come, go and change while they work: a job that runs is finished, and who is not concerned works on.

let at: Desk
let host: LabHost

type Wanted = { workers?: number; mail?: string }

test.before(
  loud(async () => {
    ;[host] = await withLaravel('bookworm', 'web-1')
    at = await desk(web([host]))
    await configure(at, 'shop', shop({}))
    await goLive(host, 'shop', 'laravel')
    await configure(at, 'shop', shop({}))
    await until(
      'all of them run',
      () => workersOn(host),
      (all) => all.length === 8 && all.every(({ state }) => state === 'RUNNING'),
    )
  }),
)

function shop({ workers = 5, mail = '--sleep=1' }: Wanted): string {
  const queues =
    `[ { name: default, command: queue:work --sleep=1 --timeout=0, workers: ${workers}, ` +
    `stop_wait_timeout: 3600 }, { name: mail, command: queue:work --queue=mail ${mail} --timeout=0, workers: 2, ` +
    `stop_wait_timeout: 3600 } ]`
  return app('shop', [
    `{ name: web-1, queues: ${queues}, daemons: [ { name: watch, command: artisan watch, stop_wait_timeout: 30 } ] }`,
  ])
}

// Queues jobs that are held and waits until each is being done; gives the process of each.
async function begun(queue: string, names: readonly string[]): Promise<number[]> {
  for (const name of names) await pushHeld(host, 'shop', name, queue)
  const notes = await until(
    'the jobs run',
    () => jobs(host, 'shop'),
    (all) => names.every((name) => all.some(({ what, job }) => what === 'start' && job === name)),
  )
  return names.map((name) => notes.find(({ what, job }) => what === 'start' && job === name)?.pid ?? 0)
}

// Lets the jobs go: every one was begun once and ends once, by the same process.
async function allDone(names: readonly string[]): Promise<void> {
  for (const name of names) await letGo(host, 'shop', name)
  const notes = await until(
    'the jobs are done',
    () => jobs(host, 'shop'),
    (all) => names.every((name) => all.some(({ what, job }) => what === 'END' && job === name)),
  )
  for (const name of names) {
    const own = notes.filter(({ job }) => job === name)
    assert.equal(
      own.map(({ what }) => what),
      ['start', 'END'],
      name,
    )
    assert.is(own[0]?.pid, own[1]?.pid, `${name} was finished by who began it`)
  }
}

promise(
  'five workers, three, and five again while each of them does a long job: every job is finished, three never restart',
  async () => {
    const [five, mail, watch] = [
      await pidsOf(host, 'shop', 'default'),
      await pidsOf(host, 'shop', 'mail'),
      await pidsOf(host, 'shop', 'watch'),
    ]
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `long-${name}`)
    const busy = await begun('default', names)
    assert.equal([...busy].sort(), [...five.values()].sort(), 'every worker has one')
    const fewer = await configure(at, 'shop', shop({ workers: 3 }))
    assert.is((await jobs(host, 'shop')).filter(({ what }) => what === 'END').length, 0, 'Flight waits for no job')
    assert.match(oneLine(fewer), /drain|finish/i, 'and says who still works')
    const kept = await pidsOf(host, 'shop', 'default')
    assert.is([...kept].filter(([name, pid]) => five.get(name) === pid).length, 3, 'three go on as they were')
    await configure(at, 'shop', shop({ workers: 5 }))
    await allDone(names)
    const again = await until(
      'five run',
      () => pidsOf(host, 'shop', 'default'),
      (all) => all.size === 5,
    )
    for (const [name, pid] of kept)
      if (five.get(name) === pid && again.get(name) !== pid) assert.unreachable(`${name} was restarted`)
    assert.is([...again].filter(([name, pid]) => five.get(name) === pid).length >= 3, true)
    assert.equal(await pidsOf(host, 'shop', 'mail'), mail, 'the other queue was left alone')
    assert.equal(await pidsOf(host, 'shop', 'watch'), watch, 'and the daemon')
    await at.expect(0, 'plan', '--detailed-exitcode')
  },
)

promise('a changed command restarts the workers of that queue alone, each after its job', async () => {
  const [others, mail] = [await pidsOf(host, 'shop', 'default'), await pidsOf(host, 'shop', 'mail')]
  const [busy] = await begun('mail', ['letter'])
  at.put('apps/shop.yml', shop({ mail: '--sleep=2' }))
  await at.expect(2, 'plan', '--detailed-exitcode')
  assert.ok(told(planOn(at)).includes('update web-1/file//etc/supervisor/conf.d/flight-shop.conf'))
  await at.expect(0, 'apply', 'plan.json')
  assert.is(
    (await jobs(host, 'shop')).some(({ what, job }) => what === 'END' && job === 'letter'),
    false,
    'the job still runs',
  )
  assert.ok((await host.run(`kill -0 ${busy}`)).code === 0, 'in the process that began it')
  await allDone(['letter'])
  const changed = await until(
    'both run the new command',
    () => pidsOf(host, 'shop', 'mail'),
    (all) => all.size === 2 && [...all].every(([name, pid]) => mail.get(name) !== pid),
  )
  for (const pid of changed.values()) assert.match(await host.must(`tr '\\0' ' ' </proc/${pid}/cmdline`), /--sleep=2/)
  assert.equal(await pidsOf(host, 'shop', 'default'), others)
  assert.is(
    (await processesOf(host, 'shop')).filter((line) => line.includes('--queue=mail') && line.includes('--sleep=1'))
      .length,
    0,
  )
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('a worker that somebody stopped, or that died for good, is started by the next configure', async () => {
  await host.must('supervisorctl stop shop.mail.1')
  const drift = await at.expect(2, 'drift')
  assert.match(oneLine(drift.stdout), /shop\.mail\.1/)
  await at.expect(0, 'app:configure', 'shop', '--yes')
  await until(
    'it runs',
    () => pidsOf(host, 'shop', 'mail'),
    (all) => all.size === 2,
  )
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('a worker writes what it says where the release keeps its logs, as its user', async () => {
  const files = await host.must(
    `find -L /home/shop/shop/current/storage/logs -name 'worker-*.log' -printf '%f %u\\n' | sort`,
  )
  assert.match(files, /^worker-default-\d+\.log shop$/m)
  assert.match(await logOf(host, 'shop', files.split(' ')[0] ?? ''), /App\\Jobs\\Long/)
})

inDrills('a daemon ran on in one process through all of this, and ends in order when it is taken away', async () => {
  const [pid] = (await pidsOf(host, 'shop', 'watch')).values()
  assert.is(await logOf(host, 'shop', 'watch.log'), `began ${pid}\n`)
  await configure(at, 'shop', shop({}).replace(/, daemons: \[.*\]/, ''))
  await until(
    'it said good-bye',
    () => logOf(host, 'shop', 'watch.log'),
    (log) => log === `began ${pid}\nended ${pid}\n`,
  )
  await until(
    'supervisor forgot it',
    () => workersOn(host),
    (all) => !all.some(({ name }) => name.startsWith('shop.watch')),
  )
})

test.run()
