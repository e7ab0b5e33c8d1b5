import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { RUNNING_SCRIPT, runningSteps } from '../../src/engine/long-step.ts'
import { programsFact } from '../../src/facts/programs.ts'
import { appCronFeature } from '../../src/features/app-cron.ts'
import { appLogsFeature, slowLogsFeature } from '../../src/features/app-logs.ts'
import { appProgramsFeature, supervisorCommand } from '../../src/features/app-programs.ts'
import type { Program } from '../../src/model/definitions.ts'
import type { ProgramsFact } from '../../src/model/fact.ts'
import type { ResourceOf } from '../../src/model/resource.ts'
import { bytesTo } from '../../src/shell/document.ts'
import { DRAINS } from '../../src/shell/supervisor.ts'
import { programsStep } from '../../src/steps/programs.ts'
import { retireStep } from '../../src/steps/retire.ts'
import { writeStep } from '../../src/steps/write.ts'
import { aProgram, appOn, fileIn, programsIn } from '../features/an-app.ts'
import { labUnavailable } from '../lab/available.ts'
import type { LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { loud } from '../support/loud.ts'

// Programs under a real supervisord, by the fact and the step alone.

const promise = labUnavailable() === undefined ? test : test.skip
const HOME = '/home/shop'

// Works on a job as long as $HOME/jobs/NAME is there, and goes only between two jobs.
const WORKER = `#!/bin/sh
trap 'stop=1' TERM
echo "begins in $(pwd -P) with $*"
while [ -z "$stop" ]; do
  while [ -e "$HOME/jobs/$SUPERVISOR_PROCESS_NAME" ]; do busy=1; sleep 0.1; done
  [ -z "$busy" ] || { busy=; echo "finished a job"; }
  sleep 0.1
done
`

let host: LabHost
let plans = 0

test.before(loud(async () => {
  if (labUnavailable() !== undefined) return
  const lab = await sharedLab()
  await lab.warmUp('bookworm', 'supervisor-1', async (each) => {
    await each.must('apt-get -q update && apt-get -y -q --no-install-recommends install supervisor curl cron logrotate', { timeoutSeconds: 300 })
  })
  ;[host] = await lab.startHosts([{ name: 'web-1', suite: 'bookworm', warm: 'supervisor-1' }])
  await host.must(`
    useradd --system --user-group --create-home --home-dir ${HOME} --shell /bin/bash shop
    printf '[program:foreign]\\ncommand=/bin/sleep 100000\\n' >/etc/supervisor/conf.d/foreign.conf
    supervisorctl update >/dev/null
    runuser -u shop -- sh -c 'mkdir -p ${HOME}/jobs ${HOME}/shop/releases/one ${HOME}/shop/releases/two && ln -s releases/one ${HOME}/shop/current'
    cat >${HOME}/shop/releases/one/worker <<'EOF'\n${WORKER}EOF
    chmod 755 ${HOME}/shop/releases/one/worker; cp ${HOME}/shop/releases/one/worker ${HOME}/shop/releases/two/worker`)
}))

async function fact(): Promise<ProgramsFact> {
  const query = { fact: 'programs' } as const
  return programsFact.parse(await host.must(programsFact.shell([query])), [query])[0] as ProgramsFact
}

// Writes the file of these programs as a plan does.
async function define(queues: readonly Program[], daemons: readonly Program[] = []): Promise<{ programs: ResourceOf<'programs'>; plan: string; path: string }> {
  const resources = appProgramsFeature(appOn({ queues, daemons }))
  const { path, content, mode, owner, group, scope } = fileIn(resources).desired
  const plan = `sha256:${String(++plans).padStart(64, '0').replace(/^0{8}/, String(plans).padStart(8, '0'))}`
  await host.must(writeStep.shell({ step: 'write', path, content, mode, owner, group, scope }, { plan }))
  return { programs: programsIn(resources), plan, path }
}

async function configure(queues: readonly Program[], daemons: readonly Program[] = []): Promise<{ code: number; stderr: string }> {
  const { programs, plan, path } = await define(queues, daemons)
  const { code, stderr } = await host.run(programsStep.shell({ step: 'programs', app: 'shop', programs: programs.desired.programs, changes: [path] }, { plan }))
  return { code, stderr }
}

async function configured(queues: readonly Program[], daemons: readonly Program[] = []): Promise<void> {
  const { code, stderr } = await configure(queues, daemons)
  assert.is(`${code} ${stderr}`, '0 ')
}

// NAME=PID of everything that runs.
async function pids(): Promise<Map<string, string>> {
  const lines = (await host.run(`supervisorctl status | sed -nE 's/^(\\S+) +RUNNING +pid ([0-9]+),.*/\\1 \\2/p'`)).stdout.trim().split('\n')
  return new Map(lines.map((line) => line.split(' ') as [string, string]))
}

async function eventually(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (let left = seconds * 5; left > 0; left--) {
    if (await holds()) return
    await sleep(200)
  }
  throw new Error(`not within ${seconds} s: ${what}`)
}

const isSettled = async () => {
  const now = await fact()
  return now.daemon && now.draining.length === 0 && now.unloaded.length === 0 && now.states.every(({ state }) => state === 'RUNNING')
}

const workers = (count: number, command = './worker default') => aProgram('default', command, count)
const names = (count: number, queue = 'default') => Array.from({ length: count }, (_, index) => `shop.${queue}.${index + 1}`)
const log = (name: string) => host.must(`cat ${HOME}/shop/current/storage/logs/worker-${name}.log`)

promise('programs that are defined run, as the app, and reading it all changes nothing', async () => {
  await configured([workers(3)])
  const before = await host.must(`find /etc/supervisor /var/log/supervisor /run/supervisor* /run/flight -printf '%p %C@\\n' | sort | sha256sum`)
  const now = await fact()
  assert.equal(now, { daemon: true, states: ['foreign', ...names(3)].map((name) => ({ name, state: 'RUNNING' })), unloaded: [], draining: [], refusal: undefined })
  assert.is(await host.must(`find /etc/supervisor /var/log/supervisor /run/supervisor* /run/flight -printf '%p %C@\\n' | sort | sha256sum`), before)
  const pid = (await pids()).get('shop.default.1')
  assert.is((await host.must(`ps -o user=,comm= -p ${pid}`)).trim().replace(/\s+/g, ' '), 'shop worker')
  const environment = (await host.must(`tr '\\0' '\\n' </proc/${pid}/environ`)).split('\n')
  for (const line of ['HOME=/home/shop', 'USER=shop', 'LOGNAME=shop', 'PATH=/usr/lib/flight/php8.2:/usr/local/bin:/usr/bin:/bin', 'LANG=C.UTF-8']) assert.ok(environment.includes(line), line)
  assert.is(await log('default-1'), 'begins in /home/shop/shop/releases/one with default\n')
  assert.is((await host.must(`stat -c '%U %a' ${HOME}/shop/current/storage/logs/worker-default-1.log`)).trim(), 'shop 644')
})

promise('what runs as defined is left alone', async () => {
  const before = await pids()
  await configured([workers(3)])
  assert.equal(await pids(), before)
})

promise('five, three, five again: a job is finished, the others keep running, and the number comes back', async () => {
  await configured([workers(5)])
  const five = await pids()
  await host.must(`touch ${HOME}/jobs/shop.default.4`)
  await sleep(300)
  await configured([workers(3)])
  let now = await fact()
  assert.equal(now.draining, ['shop.default.4'])
  assert.equal(now.states.filter(({ state }) => state === 'STOPPING').map(({ name }) => name), ['shop.default.4'])
  await configured([workers(3)])
  await configured([workers(5)])
  now = await fact()
  assert.equal(now.draining, ['shop.default.4'])
  assert.is((await host.must(`systemctl list-units --plain --no-legend 'flight-drain.*' | wc -l`)).trim(), '1', 'one drain, however often it is asked for')
  assert.equal(runningSteps(await host.must(RUNNING_SCRIPT), undefined), [], 'a drain holds no run up')
  await host.must(`rm ${HOME}/jobs/shop.default.4`)
  await eventually('number 4 is back', 10, async () => (await isSettled()) && (await pids()).has('shop.default.4'))
  const after = await pids()
  for (const name of ['foreign', ...names(3)]) assert.is(after.get(name), five.get(name), name)
  assert.is.not(after.get('shop.default.4'), five.get('shop.default.4'))
  assert.match(await log('default-4'), /finished a job\nbegins/)
  assert.is((await host.must(`ls ${DRAINS}`)).trim(), '')
})

promise('a changed command restarts its own queue alone, each worker after its job', async () => {
  await configured([workers(2), aProgram('mail', './worker mail', 2)])
  await eventually('three workers are gone', 5, isSettled)
  const before = await pids()
  await host.must(`touch ${HOME}/jobs/shop.mail.1`)
  await sleep(300)
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  assert.equal((await fact()).draining, ['shop.mail.1'])
  await host.must(`rm ${HOME}/jobs/shop.mail.1`)
  await eventually('it runs again', 10, isSettled)
  const after = await pids()
  for (const name of ['foreign', ...names(2)]) assert.is(after.get(name), before.get(name), name)
  for (const name of names(2, 'mail')) assert.is.not(after.get(name), before.get(name), name)
  assert.match(await log('mail-1'), /finished a job\nbegins in \S+ with mail --fast\n$/)
})

promise('what changes again while a job is finished begins with what lies on disk then', async () => {
  await host.must(`touch ${HOME}/jobs/shop.mail.2; sleep 0.3`)
  await configured([workers(2), aProgram('mail', './worker mail --slow', 2)])
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  assert.equal((await fact()).draining, ['shop.mail.2'])
  await host.must(`rm ${HOME}/jobs/shop.mail.2`)
  await eventually('it runs again', 10, isSettled)
  assert.match(await log('mail-2'), /finished a job\nbegins in \S+ with mail --fast\n$/)
})

promise('a file that supervisor cannot read is put back, and everything goes on', async () => {
  const before = await pids()
  const good = await host.must('cat /etc/supervisor/conf.d/flight-shop.conf')
  const { programs, plan, path } = await define([workers(4)])
  await host.must(`sed -i 's/^user=.*/user=nobody-of-that-name/' ${path}`)
  assert.match((await fact()).refusal ?? '', /nobody-of-that-name.*shop\.default\.1.*flight-shop\.conf/)
  const { code, stderr } = await host.run(programsStep.shell({ step: 'programs', app: 'shop', programs: programs.desired.programs, changes: [path] }, { plan }))
  assert.is(code, 93)
  assert.match(stderr, /Invalid user name nobody-of-that-name in section 'program:shop\.default\.1'/)
  assert.is(await host.must(`cat ${path}`), good)
  assert.equal(await pids(), before)
  assert.equal((await fact()).unloaded, [])
})

promise('a worker that does not run is named with the end of its log', async () => {
  const { code, stderr } = await configure([workers(2), aProgram('mail', './worker mail --fast', 2), aProgram('bro_ken', 'sh -c "echo no such table: jobs; exit 3"')])
  assert.is(code, 1)
  assert.match(stderr, /^shop\.bro_ken\.1 does not run: .*\n( {2}no such table: jobs\n)+$/)
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  await eventually('it is gone', 10, isSettled)
})

promise('one that somebody stopped runs again; what is another app\'s or nobody\'s is not touched', async () => {
  await host.must('supervisorctl stop shop.default.1 foreign')
  await configured([workers(2), aProgram('mail', './worker mail --fast', 2)])
  assert.is((await pids()).has('shop.default.1'), true)
  assert.equal((await fact()).states.filter(({ name }) => name === 'foreign'), [{ name: 'foreign', state: 'STOPPED' }])
  await host.must('supervisorctl start foreign')
})

promise('after its restart a worker runs in the new release, and its log goes there', async () => {
  await host.must(`runuser -u shop -- sh -c 'ln -s releases/two ${HOME}/shop/next && mv -fT ${HOME}/shop/next ${HOME}/shop/current'; supervisorctl signal TERM shop.default.1`)
  await eventually('it logs there', 5, async () => (await host.run(`grep -qx 'begins in /home/shop/shop/releases/two with default' ${HOME}/shop/releases/two/storage/logs/worker-default-1.log`)).code === 0)
})

const HOSTILE = [
  'a b',
  "it's",
  'say "hi"',
  '100% %s %% %(here)s %(ENV_HOME)s',
  ' ; no comment',
  ' # no comment',
  'a;b#c',
  'à ;é #ü\u00a0;ö',
  '$HOME $(id) `id`',
  'C:\\dir\\\\ \\n \\',
  '\\% \\\\%',
  '!! * ? [a] {b} ~ | & > <',
]

promise('a command arrives exactly as it was written, whatever stands in it', async () => {
  const show = `#!/bin/sh\nprintf '[%s]\\n' "$@"\nexec sleep 100000\n`
  await host.must(`cat >${HOME}/shop/releases/two/show <<'EOF'\n${show}EOF\nchmod 755 ${HOME}/shop/releases/two/show`)
  const quoted = HOSTILE.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const double = `./show "a ; # b" \\; \\# '%' $((1 + 1)) # a comment ' that never ends`
  await configured([aProgram('alone', `./show ${HOSTILE.filter((word) => !/[;&|]/.test(word)).map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')}`)], [aProgram('shell', `./show ${quoted}`), aProgram('double', double)])
  assert.is(await log('shell-1'), HOSTILE.map((word) => `[${word}]\n`).join(''))
  assert.is(await log('alone-1'), HOSTILE.filter((word) => !/[;&|]/.test(word)).map((word) => `[${word}]\n`).join(''))
  assert.is(await log('double-1'), '[a ; # b]\n[;]\n[#]\n[%]\n[2]\n')
})

promise('any command at all reads as it was written, for supervisor\'s own parser', async () => {
  const part = fc.oneof(fc.constantFrom(' ;', ' #', '%', '%(here)s', '%%', '\\', "'", '"', '$', '\u00a0', '\u3000', 'à', ' ', '[x]', '=', ':'), fc.string({ unit: 'grapheme', maxLength: 6 }))
  const words = fc.sample(fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('').replace(/[\p{Cc}\u2028\u2029]/gu, '')), 500)
  const file = words.map((word, index) => `[program:x.${index}]\ncommand=${supervisorCommand(['/bin/sh', '-c', word])}\n`).join('')
  const parser = `import json, shlex
from supervisor.options import UnhosedConfigParser
p = UnhosedConfigParser(); p.read('/run/many.conf'); p.expand_here('/etc/supervisor/conf.d')
print(json.dumps([shlex.split(p.saneget(s, 'command')) for s in p.sections()]))`
  for (const locale of ['C', 'C.UTF-8']) {
    const read = await host.must(`${bytesTo('cat >/run/many.conf', file)}LC_ALL=${locale} PYTHONIOENCODING=utf-8:surrogateescape python3 - <<'EOF'\n${parser}\nEOF`)
    assert.equal(JSON.parse(read), words.map((word) => ['/bin/sh', '-c', word]))
  }
})

promise('a command of several parts finishes its job as well, and hears a signal', async () => {
  await configured([], [aProgram('parts', 'cd . && ./worker parts; echo after')])
  await eventually('the others are gone', 10, isSettled)
  await host.must(`touch ${HOME}/jobs/shop.parts.1; sleep 0.3; supervisorctl signal TERM shop.parts.1; sleep 1; ! grep -q finished ${HOME}/shop/current/storage/logs/worker-parts-1.log; rm ${HOME}/jobs/shop.parts.1`)
  await eventually('it begins anew', 5, async () => (await log('parts-1')).split('begins').length === 3)
  assert.match(await log('parts-1'), /^begins.*\nfinished a job\nbegins.*\n$/)
  await sleep(1500)
  assert.is((await host.must('pgrep -c -f "/worker parts$" || :')).trim(), '1', 'none is left behind')
})

promise('killed in the middle, the same step brings it to its end', async () => {
  const { programs, plan, path } = await define([workers(5)])
  const script = programsStep.shell({ step: 'programs', app: 'shop', programs: programs.desired.programs, changes: [path] }, { plan })
  for (const after of [0.02, 0.08, 0.15, 0.3]) {
    await host.run(`cat >/tmp/step <<'STEP'\n${script}\nSTEP\ntimeout -s KILL ${after} sh /tmp/step`)
  }
  const { code, stderr } = await host.run(script)
  assert.is(`${code} ${stderr}`, '0 ')
  await eventually('settled', 10, isSettled)
  assert.equal((await fact()).states.map(({ name }) => name), ['foreign', ...names(5)])
})

promise('a drain survives the end of supervisord: what begins then is what lies on disk', async () => {
  await host.must(`touch ${HOME}/jobs/shop.default.5; sleep 0.3`)
  await configured([workers(4)])
  assert.equal((await fact()).draining, ['shop.default.5'])
  await host.must(`kill -KILL "$(cat /var/run/supervisord.pid)"; sleep 0.5; rm ${HOME}/jobs/shop.default.5; pkill -u shop -f ./worker; systemctl restart supervisor`)
  await eventually('settled', 20, isSettled)
  assert.equal((await fact()).states.map(({ name }) => name), ['foreign', ...names(4)])
})

promise('one bad file of somebody else stops nothing that runs, and is named', async () => {
  const before = await pids()
  await host.must(`printf '[program:theirs]\\ncommand=/bin/true\\nuser=nobody-of-that-name\\n' >/etc/supervisor/conf.d/theirs.conf`)
  const { code, stderr } = await configure([workers(3)])
  assert.is(code, 93)
  assert.match(stderr, /section 'program:theirs'/)
  await host.must('rm /etc/supervisor/conf.d/theirs.conf')
  assert.equal(await pids(), before)
  assert.equal((await fact()).unloaded, [])
})

promise('what nobody wants any more goes after its job, and the rest stays', async () => {
  await configured([workers(2), aProgram('mail', './worker mail', 1)])
  await host.must(`touch ${HOME}/jobs/shop.mail.1; sleep 0.3`)
  const path = '/etc/supervisor/conf.d/flight-shop.conf'
  const plan = `sha256:${'d'.repeat(64)}`
  await host.must(retireStep.shell({ step: 'retire', path, comment: '#', because: 'no definition wants it any more' }, { plan }))
  await host.must(programsStep.shell({ step: 'programs', app: 'shop', programs: [], changes: [path] }, { plan }))
  assert.equal([(await fact()).states.map(({ name }) => name), (await fact()).draining], [['foreign', 'shop.mail.1'], ['shop.mail.1']])
  await host.must(`rm ${HOME}/jobs/shop.mail.1`)
  await eventually('it is gone', 10, async () => (await fact()).states.length === 1)
  assert.match(await log('mail-1'), /finished a job\n$/)
})

promise('without supervisord the fact says so, and the step as well', async () => {
  await host.must('systemctl stop supervisor')
  assert.equal(await fact(), { daemon: false, states: [], unloaded: [], draining: [], refusal: undefined })
  const { code, stderr } = await configure([workers(4)])
  assert.is(code, 1)
  assert.match(stderr, /supervisord does not answer at \/var\/run\/supervisor\.sock/)
  await host.must('systemctl start supervisor')
  await configured([workers(4)])
})

promise('logs are rotated as the app, and a link among them leads root nowhere', async () => {
  const input = appOn({})
  const rotation = fileIn(appLogsFeature(input)).desired
  await host.must(writeStep.shell({ ...rotation, step: 'write' }, { plan: `sha256:${'f'.repeat(64)}` }))
  await host.must(`echo secret >/etc/victim; cp -a /etc/victim /tmp/victim; runuser -u shop -- ln -s /etc/victim ${HOME}/shop/current/storage/logs/evil.log`)
  const size = await host.must(`stat -c %s ${HOME}/shop/current/storage/logs/worker-default-1.log`)
  assert.ok(Number(size) > 0)
  const { stderr } = await host.run(`logrotate -f ${rotation.path}`)
  assert.is(await host.must('cat /etc/victim'), 'secret\n')
  assert.not.match(stderr, /bad|unknown|ignor/i)
  assert.is((await host.must(`stat -c '%U %s' ${HOME}/shop/current/storage/logs/worker-default-1.log ${HOME}/shop/current/storage/logs/worker-default-1.log.1`)).trim(), `shop 0\nshop ${size.trim()}`)
})

promise('what logrotate reads of the server itself has no mistake either', async () => {
  const [file] = slowLogsFeature({ ...appOn({}), apps: [] })
  const rotation = fileIn(file === undefined ? [] : [file]).desired
  await host.must(writeStep.shell({ ...rotation, step: 'write' }, { plan: `sha256:${'9'.repeat(64)}` }))
  await host.must('mkdir -p /var/log/flight && echo slow >/var/log/flight/shop.slow.log')
  const { stderr, code } = await host.run(`logrotate -f ${rotation.path}`)
  assert.is(`${code} ${stderr}`, '0 ')
  assert.is(await host.must(`cat /var/log/flight/shop.slow.log.1; stat -c %s /var/log/flight/shop.slow.log`), 'slow\n0\n')
})

promise('cron runs the scheduler and the commands exactly as written', async () => {
  await host.must(`mkdir -p /usr/lib/flight/php8.2; printf '#!/bin/sh\\necho artisan "$@"\\n' >/usr/lib/flight/php8.2/artisan; chmod 755 /usr/lib/flight/php8.2/artisan`)
  const quoted = HOSTILE.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const input = appOn({ scheduler: true, cron: [{ name: 'hostile', at: '* * * * *', command: `printf '[%s]\\n' ${quoted} # it's a comment` }] })
  const cron = fileIn(appCronFeature(input)).desired
  await host.must(writeStep.shell({ ...cron, step: 'write' }, { plan: `sha256:${'e'.repeat(64)}` }))
  await eventually('both ran', 75, async () => (await host.run(`cd ${HOME}/shop/current/storage/logs && [ -s scheduler.log ] && [ -s cron-hostile.log ]`)).code === 0)
  await host.must(`rm ${cron.path}`)
  assert.is(await host.must(`sort -u ${HOME}/shop/current/storage/logs/scheduler.log`), 'artisan schedule:run\n')
  assert.is(await host.must(`head -n ${HOSTILE.length} ${HOME}/shop/current/storage/logs/cron-hostile.log`), HOSTILE.map((word) => `[${word}]\n`).join(''))
})

test.run()
