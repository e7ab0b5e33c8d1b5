import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { runningScript, runningSteps } from '../../src/engine/host/long-step.ts'
import { DRAINS } from '../../src/shell/supervisor.ts'
import { programsStep } from '../../src/steps/programs.ts'
import { retireStep } from '../../src/steps/retire.ts'
import { aProgram } from '../features/an-app.ts'
import { loud } from '../support/loud.ts'
import { inDrills, promise } from './promise.ts'
import {
  busy,
  configure,
  configured,
  define,
  eventually,
  fact,
  HOME,
  host,
  isSettled,
  log,
  names,
  pids,
  startSupervised,
  workers,
} from './supervised.ts'

// How programs live: they begin, change, finish their jobs and go.

test.before(loud(startSupervised))

promise('programs that are defined run, as the app, and reading it all changes nothing', async () => {
  await configured([workers(3)])
  const before = await host.must(
    `find /etc/supervisor /var/log/supervisor /run/supervisor* /run/flight -printf '%p %C@\\n' | sort | sha256sum`,
  )
  const now = await fact()
  assert.equal(now, {
    daemon: true,
    states: ['foreign', ...names(3)].map((name) => ({ name, state: 'RUNNING' })),
    unloaded: [],
    runs: [],
    draining: [],
    refusal: undefined,
  })
  assert.is(
    await host.must(
      `find /etc/supervisor /var/log/supervisor /run/supervisor* /run/flight -printf '%p %C@\\n' | sort | sha256sum`,
    ),
    before,
  )
  const pid = (await pids()).get('shop.default.1')
  assert.is((await host.must(`ps -o user=,comm= -p ${pid}`)).trim().replace(/\s+/g, ' '), 'shop worker')
  const environment = (await host.must(`tr '\\0' '\\n' </proc/${pid}/environ`)).split('\n')
  for (const line of [
    'HOME=/home/shop',
    'USER=shop',
    'LOGNAME=shop',
    'PATH=/usr/lib/flight/php8.2:/usr/local/bin:/usr/bin:/bin',
    'LANG=C.UTF-8',
  ])
    assert.ok(environment.includes(line), line)
  assert.is(await log('default-1'), 'begins in /home/shop/shop/releases/one with default\n')
  assert.is(
    (await host.must(`stat -c '%U %a' ${HOME}/shop/current/storage/logs/worker-default-1.log`)).trim(),
    'shop 644',
  )
})

promise('what runs as defined is left alone', async () => {
  const before = await pids()
  await configured([workers(3)])
  assert.equal(await pids(), before)
})

promise('five, three, five again: a job is finished, the others keep running, and the number comes back', async () => {
  await configured([workers(5)])
  const five = await pids()
  await busy('shop.default.4')
  await configured([workers(3)])
  let now = await fact()
  assert.equal(now.draining, ['shop.default.4'])
  assert.equal(
    now.states.filter(({ state }) => state === 'STOPPING').map(({ name }) => name),
    ['shop.default.4'],
  )
  await configured([workers(3)])
  await configured([workers(5)])
  now = await fact()
  assert.equal(now.draining, ['shop.default.4'])
  assert.is(
    (await host.must(`systemctl list-units --plain --no-legend 'flight-drain.*' | wc -l`)).trim(),
    '1',
    'one drain, however often it is asked for',
  )
  assert.equal(runningSteps(await host.must(runningScript())), [], 'a drain holds no run up')
  await host.must(`rm ${HOME}/jobs/shop.default.4`)
  await eventually('number 4 is back', async () => (await isSettled()) && (await pids()).has('shop.default.4'))
  const after = await pids()
  for (const name of ['foreign', ...names(3)]) assert.is(after.get(name), five.get(name), name)
  assert.is.not(after.get('shop.default.4'), five.get('shop.default.4'))
  assert.match(await log('default-4'), /finished a job\nbegins/)
  assert.is((await host.must(`ls ${DRAINS}`)).trim(), '')
})

promise('a changed command restarts its own queue alone, each worker after its job', async () => {
  await configured([workers(2), aProgram('mail', './worker mail', 2)])
  await eventually('three workers are gone', isSettled)
  const before = await pids()
  await busy('shop.mail.1')
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  assert.equal((await fact()).draining, ['shop.mail.1'])
  await host.must(`rm ${HOME}/jobs/shop.mail.1`)
  await eventually('it runs again', isSettled)
  const after = await pids()
  for (const name of ['foreign', ...names(2)]) assert.is(after.get(name), before.get(name), name)
  for (const name of names(2, 'mail')) assert.is.not(after.get(name), before.get(name), name)
  assert.match(await log('mail-1'), /finished a job\nbegins in \S+ with mail --fast\n$/)
})

inDrills('what changes again while a job is finished begins with what lies on disk then', async () => {
  await busy('shop.mail.2')
  await configured([workers(2), aProgram('mail', './worker mail --slow', 2)])
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  assert.equal((await fact()).draining, ['shop.mail.2'])
  await host.must(`rm ${HOME}/jobs/shop.mail.2`)
  await eventually('it runs again', isSettled)
  assert.match(await log('mail-2'), /finished a job\nbegins in \S+ with mail --fast\n$/)
})

inDrills('a file that supervisor cannot read is put back, and everything goes on', async () => {
  const before = await pids()
  const good = await host.must('cat /etc/supervisor/conf.d/flight-shop.conf')
  const { programs, plan, path } = await define([workers(4)])
  await host.must(`sed -i 's/^user=.*/user=nobody-of-that-name/' ${path}`)
  assert.match((await fact()).refusal ?? '', /nobody-of-that-name.*shop\.default\.1.*flight-shop\.conf/)
  const { code, stderr } = await host.run(
    programsStep.shell(
      { step: 'programs', app: 'shop', programs: programs.desired.programs, changes: [path] },
      { plan },
    ),
  )
  assert.is(code, 93)
  assert.match(stderr, /Invalid user name nobody-of-that-name in section 'program:shop\.default\.1'/)
  assert.is(await host.must(`cat ${path}`), good)
  assert.equal(await pids(), before)
  assert.equal((await fact()).unloaded, [])
})

promise('a worker that does not run is named with the end of its log', async () => {
  const { code, stderr } = await configure([
    workers(2),
    aProgram('mail', './worker mail --fast', 2),
    aProgram('bro_ken', 'sh -c "echo no such table: jobs; exit 3"'),
  ])
  assert.is(code, 1)
  assert.match(stderr, /^shop\.bro_ken\.1 does not run: .*\n( {2}no such table: jobs\n)+$/)
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  await eventually('it is gone', isSettled)
})

promise("one that somebody stopped runs again; what is another app's or nobody's is not touched", async () => {
  await host.must('supervisorctl stop shop.default.1 foreign')
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  assert.is((await pids()).has('shop.default.1'), true)
  assert.equal(
    (await fact()).states.filter(({ name }) => name === 'foreign'),
    [{ name: 'foreign', state: 'STOPPED' }],
  )
  await host.must('supervisorctl start foreign')
})

promise('after its restart a worker runs in the new release, and its log goes there', async () => {
  await host.must(
    `runuser -u shop -- sh -c 'ln -s releases/two ${HOME}/shop/next && mv -fT ${HOME}/shop/next ` +
      `${HOME}/shop/current'; supervisorctl signal TERM shop.default.1`,
  )
  await eventually(
    'it logs there',
    async () =>
      (
        await host.run(
          `grep -qx 'begins in /home/shop/shop/releases/two with default' ` +
            `${HOME}/shop/releases/two/storage/logs/worker-default-1.log`,
        )
      ).code === 0,
  )
})

inDrills('killed in the middle, the same step brings it to its end', async () => {
  const { programs, plan, path } = await define([workers(5)])
  const script = programsStep.shell(
    { step: 'programs', app: 'shop', programs: programs.desired.programs, changes: [path] },
    { plan },
  )
  for (const after of [0.02, 0.08, 0.15, 0.3]) {
    await host.run(`cat >/tmp/step <<'STEP'\n${script}\nSTEP\ntimeout -s KILL ${after} sh /tmp/step`)
  }
  const { code, stderr } = await host.run(script)
  assert.is(`${code} ${stderr}`, '0 ')
  await eventually('settled', isSettled)
  assert.equal(
    (await fact()).states.map(({ name }) => name),
    ['foreign', ...names(5)],
  )
})

inDrills('a drain survives the end of supervisord: what begins then is what lies on disk', async () => {
  await busy('shop.default.5')
  await configured([workers(4)])
  assert.equal((await fact()).draining, ['shop.default.5'])
  await host.must(
    `pid=$(cat /var/run/supervisord.pid); kill -KILL "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done; ` +
      `rm ${HOME}/jobs/shop.default.5; pkill -u shop -f ` +
      `./worker; systemctl restart supervisor`,
  )
  await eventually('settled', isSettled)
  assert.equal(
    (await fact()).states.map(({ name }) => name),
    ['foreign', ...names(4)],
  )
})

inDrills('one bad file of somebody else stops nothing that runs, and is named', async () => {
  const before = await pids()
  await host.must(
    `printf '[program:theirs]\\ncommand=/bin/true\\nuser=nobody-of-that-name\\n' >/etc/supervisor/conf.d/theirs.conf`,
  )
  const { code, stderr } = await configure([workers(3)])
  assert.is(code, 93)
  assert.match(stderr, /section 'program:theirs'/)
  await host.must('rm /etc/supervisor/conf.d/theirs.conf')
  assert.equal(await pids(), before)
  assert.equal((await fact()).unloaded, [])
})

promise('what nobody wants any more goes after its job, and the rest stays', async () => {
  await configured([workers(2), aProgram('mail', './worker mail', 1)])
  await busy('shop.mail.1')
  const path = '/etc/supervisor/conf.d/flight-shop.conf'
  const plan = `sha256:${'d'.repeat(64)}`
  await host.must(
    retireStep.shell({ step: 'retire', path, comment: '#', because: 'no definition wants it any more' }, { plan }),
  )
  await host.must(programsStep.shell({ step: 'programs', app: 'shop', programs: [], changes: [path] }, { plan }))
  assert.equal(
    [(await fact()).states.map(({ name }) => name), (await fact()).draining],
    [['foreign', 'shop.mail.1'], ['shop.mail.1']],
  )
  await host.must(`rm ${HOME}/jobs/shop.mail.1`)
  await eventually('it is gone', async () => (await fact()).states.length === 1)
  assert.match(await log('mail-1'), /finished a job\n$/)
})

inDrills('without supervisord the fact says so, and the step as well', async () => {
  await host.must('systemctl stop supervisor')
  assert.equal(await fact(), { daemon: false, states: [], unloaded: [], runs: [], draining: [], refusal: undefined })
  const { code, stderr } = await configure([workers(4)])
  assert.is(code, 1)
  assert.match(stderr, /supervisord does not answer at \/var\/run\/supervisor\.sock/)
  await host.must('systemctl start supervisor')
  await configured([workers(4)])
})

test.run()
