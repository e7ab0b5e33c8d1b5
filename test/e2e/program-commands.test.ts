import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { appCronFeature } from '../../src/features/app-cron.ts'
import { appLogsFeature, slowLogsFeature } from '../../src/features/app-logs.ts'
import { supervisorCommand } from '../../src/features/app-programs.ts'
import { quote } from '../../src/shell/quote.ts'
import { writeStep } from '../../src/steps/write.ts'
import { aProgram, appOn, fileIn } from '../features/an-app.ts'
import { loud } from '../support/loud.ts'
import { promise } from './promise.ts'
import { busy, configured, eventually, HOME, host, isSettled, log, startSupervised, workers } from './supervised.ts'

// What programs run and where it is logged: commands, logs, cron.

test.before(loud(startSupervised))

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
  await host.must(`cat >${HOME}/shop/releases/one/show <<'EOF'\n${show}EOF\nchmod 755 ${HOME}/shop/releases/one/show`)
  const quoted = HOSTILE.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const double = `./show "a ; # b" \\; \\# '%' $((1 + 1)) # a comment ' that never ends`
  await configured(
    [
      aProgram(
        'alone',
        `./show ${HOSTILE.filter((word) => !/[;&|]/.test(word))
          .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
          .join(' ')}`,
      ),
    ],
    [aProgram('shell', `./show ${quoted}`), aProgram('double', double)],
  )
  assert.is(await log('shell-1'), HOSTILE.map((word) => `[${word}]\n`).join(''))
  assert.is(
    await log('alone-1'),
    HOSTILE.filter((word) => !/[;&|]/.test(word))
      .map((word) => `[${word}]\n`)
      .join(''),
  )
  assert.is(await log('double-1'), '[a ; # b]\n[;]\n[#]\n[%]\n[2]\n')
})

promise("any command at all reads as it was written, for supervisor's own parser", async () => {
  const part = fc.oneof(
    fc.constantFrom(
      ' ;',
      ' #',
      '%',
      '%(here)s',
      '%%',
      '\\',
      "'",
      '"',
      '$',
      '\u00a0',
      '\u3000',
      'à',
      ' ',
      '[x]',
      '=',
      ':',
    ),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
  )
  const words = fc.sample(
    fc
      .array(part, { minLength: 1, maxLength: 12 })
      .map((parts) => parts.join('').replace(/[\p{Cc}\u2028\u2029]/gu, '')),
    500,
  )
  const file = words
    .map((word, index) => `[program:x.${index}]\ncommand=${supervisorCommand(['/bin/sh', '-c', word])}\n`)
    .join('')
  const parser = `import json, shlex
from supervisor.options import UnhosedConfigParser
p = UnhosedConfigParser(); p.read('/run/many.conf'); p.expand_here('/etc/supervisor/conf.d')
print(json.dumps([shlex.split(p.saneget(s, 'command')) for s in p.sections()]))`
  for (const locale of ['C', 'C.UTF-8']) {
    const content = quote(Buffer.from(file).toString('base64'))
    const read = await host.must(
      `printf %s ${content} | base64 -d >/run/many.conf\n` +
        `LC_ALL=${locale} PYTHONIOENCODING=utf-8:surrogateescape python3 - <<'EOF'\n${parser}\nEOF`,
    )
    assert.equal(
      JSON.parse(read),
      words.map((word) => ['/bin/sh', '-c', word]),
    )
  }
})

promise('a command of several parts finishes its job as well, and hears a signal', async () => {
  await configured([], [aProgram('parts', 'cd . && ./worker parts; echo after')])
  await eventually('the others are gone', isSettled)
  await busy('shop.parts.1')
  await host.must(
    `supervisorctl signal TERM shop.parts.1; ! grep -q finished ` +
      `${HOME}/shop/current/storage/logs/worker-parts-1.log; rm ${HOME}/jobs/shop.parts.1`,
  )
  await eventually('it begins anew', async () => (await log('parts-1')).split('begins').length === 3)
  assert.match(await log('parts-1'), /^begins.*\nfinished a job\nbegins.*\n$/)
  await eventually(
    'none is left behind',
    async () => (await host.must('pgrep -c -f "/worker parts$" || :')).trim() === '1',
  )
})

promise('logs are rotated as the app, and a link among them leads root nowhere', async () => {
  await configured([workers(1)])
  const input = appOn({})
  const rotation = fileIn(appLogsFeature(input)).desired
  await host.must(writeStep.shell({ ...rotation, step: 'write' }, { plan: `sha256:${'f'.repeat(64)}` }))
  await host.must(
    `echo secret >/etc/victim; cp -a /etc/victim /tmp/victim; runuser -u shop -- ln -s /etc/victim ` +
      `${HOME}/shop/current/storage/logs/evil.log`,
  )
  const size = await host.must(`stat -c %s ${HOME}/shop/current/storage/logs/worker-default-1.log`)
  assert.ok(Number(size) > 0)
  const { stderr } = await host.run(`logrotate -f ${rotation.path}`)
  assert.is(await host.must('cat /etc/victim'), 'secret\n')
  assert.not.match(stderr, /bad|unknown|ignor/i)
  assert.is(
    (
      await host.must(
        `stat -c '%U %s' ${HOME}/shop/current/storage/logs/worker-default-1.log ` +
          `${HOME}/shop/current/storage/logs/worker-default-1.log.1`,
      )
    ).trim(),
    `shop 0\nshop ${size.trim()}`,
  )
})

promise('what logrotate reads of the server itself has no mistake either', async () => {
  const [file] = slowLogsFeature({ ...appOn({}), apps: [] })
  const rotation = fileIn(file === undefined ? [] : [file]).desired
  await host.must(writeStep.shell({ ...rotation, step: 'write' }, { plan: `sha256:${'9'.repeat(64)}` }))
  await host.must('mkdir -p /var/log/flight && echo slow >/var/log/flight/shop.slow.log')
  const { stderr, code } = await host.run(`logrotate -f ${rotation.path}`)
  assert.is(`${code} ${stderr}`, '0 ')
  assert.is(
    await host.must(`cat /var/log/flight/shop.slow.log.1; stat -c %s /var/log/flight/shop.slow.log`),
    'slow\n0\n',
  )
})

promise('cron runs the scheduler and the commands exactly as written', async () => {
  await host.must(
    `mkdir -p /usr/lib/flight/php8.2; printf '#!/bin/sh\\necho artisan "$@"\\n' >/usr/lib/flight/php8.2/artisan; ` +
      `chmod 755 /usr/lib/flight/php8.2/artisan`,
  )
  const quoted = HOSTILE.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const input = appOn({
    scheduler: true,
    cron: [{ name: 'hostile', at: '* * * * *', command: `printf '[%s]\\n' ${quoted} # it's a comment` }],
  })
  const cron = fileIn(appCronFeature(input)).desired
  await host.must(writeStep.shell({ ...cron, step: 'write' }, { plan: `sha256:${'e'.repeat(64)}` }))
  await eventually(
    'both ran',
    async () =>
      (await host.run(`cd ${HOME}/shop/current/storage/logs && [ -s scheduler.log ] && [ -s cron-hostile.log ]`))
        .code === 0,
  )
  await host.must(`rm ${cron.path}`)
  assert.is(await host.must(`sort -u ${HOME}/shop/current/storage/logs/scheduler.log`), 'artisan schedule:run\n')
  assert.is(
    await host.must(`head -n ${HOSTILE.length} ${HOME}/shop/current/storage/logs/cron-hostile.log`),
    HOSTILE.map((word) => `[${word}]\n`).join(''),
  )
})

test.run()
