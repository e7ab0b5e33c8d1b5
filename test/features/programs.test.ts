import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { programWords, queueCommand } from '../../src/features/app-command.ts'
import { appCronFeature } from '../../src/features/app-cron.ts'
import { appLogsFeature, slowLogsFeature } from '../../src/features/app-logs.ts'
import { appProgramsFeature } from '../../src/features/app-programs.ts'
import { appShimsFeature } from '../../src/features/app-shims.ts'
import { cluster, server } from '../support/builders.ts'
import { BOOKWORM } from '../support/memory/bookworm.ts'
import { aProgram, appOn, fileIn, programsIn } from './an-app.ts'

const input = { cluster: cluster({ php: ['7.4', '8.2'] }), server: server('web-1'), system: BOOKWORM, apps: [] }
const CURRENT = '/home/shop/shop/current'

test('without queues, daemons, scheduler or cron there is neither a file nor a program', () => {
  assert.equal(appProgramsFeature(appOn({})), [])
  assert.equal(appCronFeature(appOn({})), [])
})

test('one section a worker, in the file of the app, and nothing before its first release', () => {
  const resources = appProgramsFeature(
    appOn({
      queues: [aProgram('default', 'queue:work default', 2)],
      daemons: [aProgram('horizon', 'artisan horizon', 1, 60)],
    }),
  )
  assert.equal(
    resources.map(({ kind, name, awaits }) => [kind, name, awaits]),
    [
      ['file', '/etc/supervisor/conf.d/flight-shop.conf', CURRENT],
      ['programs', 'shop', CURRENT],
    ],
  )
  assert.equal(programsIn(resources).desired, {
    app: 'shop',
    programs: ['shop.default.1', 'shop.default.2', 'shop.horizon.1'],
    changes: [],
  })
  const { content, scope, owner, mode } = fileIn(resources).desired
  assert.equal([scope, owner, mode], ['app:shop', 'root', '644'])
  assert.is(
    content.split('\n')[0],
    '; Written by Flight from apps/shop.yml. Change the definition instead: this file is written again.',
  )
  assert.is(
    content.split('\n\n').at(-1),
    `[program:shop.horizon.1]
command=/bin/sh -c 'mkdir -p storage/logs; exec >>storage/logs/worker-horizon-1.log 2>&1; exec /bin/sh -c "$1"' ` +
      `flight 'exec artisan horizon'
directory=/home/shop/shop/current
user=shop
environment=HOME="/home/shop",USER="shop",LOGNAME="shop",PATH="/usr/lib/flight/php8.2:/usr/local/bin:/usr/bin:/bin",` +
      `LANG="C.UTF-8"
umask=022
autostart=true
autorestart=true
startsecs=1
startretries=30
stopsignal=TERM
stopwaitsecs=60
killasgroup=true
redirect_stderr=true
stdout_logfile=NONE
`,
  )
  assert.ok(content.includes(`flight 'exec artisan queue:work default'\n`))
})

test('a section says nothing of how many there are, so that adding one changes no other', () => {
  const sections = (workers: number) =>
    fileIn(appProgramsFeature(appOn({ queues: [aProgram('default', 'queue:work', workers)] })))
      .desired.content.trim()
      .split('\n\n')
  assert.equal(sections(5).slice(0, 4), sections(3))
})

const QUEUES: readonly [string, string][] = [
  ['queue:work default --sleep=1', 'artisan queue:work default --sleep=1'],
  ['horizon', 'artisan horizon'],
  ['artisan queue:work', 'artisan queue:work'],
  ['php artisan queue:work', 'php artisan queue:work'],
  ['composer run worker', 'composer run worker'],
  ['sh worker.sh', 'sh worker.sh'],
  ['node worker.js', 'node worker.js'],
  ['./worker', './worker'],
  ['vendor/bin/worker --php', 'vendor/bin/worker --php'],
  ['phpunit', 'artisan phpunit'],
]
for (const [written, run] of QUEUES)
  test(`a queue's command ${written} runs as ${run}`, () => assert.is(queueCommand(written), run))

const ALONE = [
  'artisan horizon',
  'php8.2 artisan queue:work --queue="a b"',
  'node server.js # web',
  './worker 2>/dev/null',
  'nice -n 5 php x',
]
const TOGETHER = [
  'cd sub && php x',
  'php a; php b',
  'a | b',
  'php x &',
  'FOO=bar php x',
  '(cd sub)',
  'while :',
  'exec php x',
  '"$PHP" x',
  '! true',
]
for (const command of ALONE)
  test(`${command} takes its shell's place`, () => assert.is(programWords('l', command).at(-1), `exec ${command}`))
for (const command of TOGETHER)
  test(`${command} keeps a shell, which passes on its signals`, () => {
    assert.is(programWords('l', command).at(-1), `trap 'exit 143' TERM; ${command}`)
    assert.match(programWords('l', command)[2] ?? '', /trap stop TERM/)
  })

test('the scheduler every minute, cron entries on time; no name that cron ignores, no bare %, a last newline', () => {
  const [file, ...others] = appCronFeature(
    appOn({
      scheduler: true,
      cron: [{ name: 'reports', at: '0 3 * * *', command: 'artisan reports:send --month="$(date +%m)" # monthly' }],
    }),
  )
  assert.equal([others.length, file?.awaits], [0, CURRENT])
  const { path, content, mode, owner } = fileIn(file === undefined ? [] : [file]).desired
  assert.equal([path, mode, owner], ['/etc/cron.d/flight-shop', '644', 'root'])
  assert.is(
    content,
    `# Written by Flight from apps/shop.yml. Change the definition instead: this file is written again.
SHELL=/bin/sh
PATH=/usr/lib/flight/php8.2:/usr/local/bin:/usr/bin:/bin
USER=shop
LANG=C.UTF-8
MAILTO=""
* * * * * shop cd -P /home/shop/shop/current && umask 022 && mkdir -p storage/logs && exec /bin/sh -c 'artisan ` +
      `schedule:run' >>storage/logs/scheduler.log 2>&1
0 3 * * * shop cd -P /home/shop/shop/current && umask 022 && mkdir -p storage/logs && exec /bin/sh -c 'artisan ` +
      `reports:send --month="$(date +\\%m)" # monthly' >>storage/logs/cron-reports.log 2>&1
`,
  )
})

test('logs are rotated by the app: where releases share them once, otherwise in each release', () => {
  const text = (linkedDirs: string[]) => fileIn(appLogsFeature(appOn({}, { linkedDirs }))).desired.content
  for (const linked of ['storage/logs', 'storage/logs/', 'storage'])
    assert.ok(
      text([linked]).includes('\n/home/shop/shop/.flight/shared/storage/logs/*.log {\n    su shop shop\n'),
      linked,
    )
  for (const linked of ['storage/logs2', 'storage/app', 'stor'])
    assert.ok(text([linked]).includes('\n/home/shop/shop/releases/*/storage/logs/*.log {\n    su shop shop\n'), linked)
  assert.ok(fileIn(slowLogsFeature(input)).desired.content.includes('\n/var/log/flight/*.log {\n'))
  assert.equal(slowLogsFeature({ ...input, server: server('job-1', { webServer: false }) }), [])
})

test('php, artisan and composer of each version, executable', () => {
  const files = appShimsFeature(input)
  assert.equal(
    files.map(({ name }) => name),
    ['7.4', '8.2'].flatMap((version) =>
      ['php', 'artisan', 'composer'].map((program) => `/usr/lib/flight/php${version}/${program}`),
    ),
  )
  for (const file of files) assert.is(fileIn([file]).desired.mode, '755')
  const [, artisan] = files.slice(3)
  assert.ok(
    artisan !== undefined && fileIn([artisan]).desired.content.endsWith('\nexec /usr/bin/php8.2 artisan "$@"\n'),
  )
})

test.run()
