import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { hosts } from '../lab/shared.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, provisioned } from './fleet.ts'
import { inDrills, promise } from './promise.ts'
import { remember } from './untouched.ts'
import { loud } from '../support/loud.ts'

// What holds of every command, on a server that is as defined and on one that is bare.

const CANARY = 'canary-7f3e'

let at: Desk
let warm: LabHost
let bare: LabHost

test.before(
  loud(async () => {
    ;[warm] = await provisioned('web-1')
    ;[bare] = await hosts({ name: 'bare-1', suite: 'trixie' })
    at = await desk({
      'clusters/web.yml': cluster([warm], 'php: [ 8.2 ]\nrequest_payload: 12\npackages: [ tree ]\n'),
      'clusters/new.yml': cluster([bare], 'php: [ 8.4 ]\n'),
    })
  }),
)

const ASKING = [
  ['plan'],
  ['plan', '--cluster', 'new', '--markdown', '--full'],
  ['drift', '--junit', 'drift.xml'],
  ['status'],
  ['doctor'],
  ['locks'],
  ['history'],
]

promise('asking changes nothing on any server: no file, no time, no lock', async () => {
  const untouched = await remember([warm, bare])
  for (const words of ASKING) await at.expect(words[0] === 'drift' ? 2 : 0, ...words)
  await untouched()
  for (const host of [warm, bare])
    assert.is(await host.must('lslocks --noheadings --output PATH | grep -c flight || true'), '0\n')
})

promise(
  'the same definitions and servers give the same bytes, whatever the locale, the time zone and the order',
  async () => {
    await at.expect(0, 'plan', '--out', 'a.json')
    await at
      .where({ LC_ALL: 'tr_TR.UTF-8', LANG: 'de_DE.UTF-8', TZ: 'Pacific/Kiritimati' })
      .expect(0, 'plan', '--out', 'b.json', '--parallel', '1')
    assert.is(at.text('b.json'), at.text('a.json'))
    // The same said in another order, by files in another order.
    const other = await desk({
      'clusters/web.yml':
        `servers:\n  - { web_server: yes, host: ${warm.name}, name: ${warm.name} }\npackages: [ ` +
        `"tree" ]\nrequest_payload: 12\nphp: [ "8.2" ]\n`,
      'clusters/new.yml': `servers:\n  - { host: ${bare.name}, web_server: on, name: ${bare.name} }\nphp:\n  - 8.4\n`,
    })
    await other.expect(0, 'plan', '--server', bare.name, '--server', warm.name, '--out', 'c.json')
    await at.expect(0, 'plan', '--server', warm.name, '--server', bare.name, '--out', 'd.json')
    assert.is(other.text('c.json'), at.text('d.json'))
  },
)

promise('no secret gets into a plan, a receipt, a log, an answer, or a command line', async () => {
  await warm.must(
    `printf '# ${CANARY} of theirs\\n' >/etc/cron.d/flight-php-reload && printf '${CANARY}\\n' >/root/.my.cnf`,
  )
  at.put('clusters/web.yml', cluster([warm], 'php: [ 8.2 ]\nrequest_payload: 13\nphp_reload: "0 4 * * *"\n'))
  await warm.must(
    `cat >/srv/watch <<'E'\nwhile [ ! -e /srv/enough ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' ` +
      `>>/srv/seen; sleep 0.02; done\nE\nsystemd-run --quiet --unit watch sh /srv/watch`,
  )
  const secretive = at.where({ APP_KEY: CANARY, DB_PASSWORD: CANARY, GITHUB_TOKEN: CANARY })
  const said: string[] = []
  for (const words of [
    ['plan', '--cluster', 'web', '--full', '--verbose', '--log-file', 'flight.log'],
    ['apply', 'plan.json', '--verbose', '--log-file', 'flight.log'],
    ['history', '--json'],
    ['doctor', '--json'],
  ]) {
    said.push((await secretive.expect(0, ...words)).said)
  }
  await warm.must('touch /srv/enough; while systemctl is-active --quiet watch; do sleep 0.1; done')
  const receipts = readdirSync(join(at.folder, 'state/receipts')).map((file) => at.text(`state/receipts/${file}`))
  assert.ok(receipts.length > 0)
  const key =
    readFileSync(`${process.env['FLIGHT_LAB_DIR'] ?? '/var/tmp/flight-lab'}/id_ed25519`, 'utf8').split('\n')[2] ?? ''
  const everything = [
    ...said,
    ...receipts,
    at.text('plan.json'),
    at.text('flight.log'),
    await warm.must('cat /var/lib/flight/history /srv/seen'),
  ].join('\n')
  assert.not.match(everything, CANARY)
  assert.ok(key.length > 30 && !everything.includes(key))
  assert.match(await warm.must('grep -c . /srv/seen'), /^[1-9]/, 'the watch saw command lines')
})

promise('with --json every command answers with one document on stdout, and nothing else', async () => {
  const commands: [number, ...string[]][] = [
    [0, 'validate'],
    [0, 'plan'],
    [0, 'show', 'plan.json'],
    [2, 'drift'],
    [0, 'status'],
    [0, 'locks'],
    [0, 'history'],
    [0, 'doctor'],
    [0, 'trust', warm.name, '--yes'],
    [0, 'provision', 'web', '--yes'],
    [3, 'apply', 'a.json'],
    [5, 'plan', '--cluster', 'nobody'],
    [5, 'provision', 'web'],
  ]
  for (const [exit, ...words] of commands) {
    const { stdout } = await at.expect(exit, ...words, '--json')
    const document = JSON.parse(stdout) as { exit?: number; problems?: { code: string; what: string }[] }
    assert.type(document, 'object')
    if (exit === 3 || exit === 5) {
      assert.is(document.exit, exit, words.join(' '))
      assert.match(document.problems?.[0]?.code ?? '', /^FLIGHT_/)
    }
  }
  at.put('clusters/web.yml', at.text('clusters/web.yml').replace('request_payload: 13', 'request_payload: 14'))
  await at.expect(0, 'plan', '--cluster', 'web', '--json')
  const { stdout } = await at.expect(0, 'apply', 'plan.json', '--json')
  assert.is((JSON.parse(stdout) as { outcome: string }).outcome, 'done')
})

inDrills('exit codes say what happened, the same for every command', async () => {
  await at.expect(0, 'plan', '--cluster', 'web', '--detailed-exitcode')
  await at.expect(2, 'plan', '--cluster', 'new', '--detailed-exitcode')
  await at.expect(0, 'plan', '--cluster', 'new')
  await at.expect(0, 'drift', '--cluster', 'web')
  await at.expect(2, 'drift', '--cluster', 'new')
  await at.expect(5, 'provision', 'new')
  await at.expect(5, 'apply', 'no-such-plan.json')
  await warm.silence()
  try {
    const text = at.text('clusters/web.yml')
    at.put('clusters/web.yml', `ssh: { connect_timeout: 1 }\n${text}`)
    await at.expect(6, 'drift')
    await at.expect(6, 'plan', '--detailed-exitcode')
    await at.expect(6, 'trust', warm.name, '--yes')
    at.put('clusters/web.yml', text)
  } finally {
    await warm.speak()
  }
})

promise('the log file is whole lines of JSON that nobody else may read', async () => {
  mkdirSync(join(at.folder, 'logs'))
  await at.expect(2, 'drift', '--log-file', 'logs/drift.log')
  const lines = at
    .text('logs/drift.log')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { time: string; event: string })
  assert.is(lines[0]?.event, 'begins')
  assert.is(lines.at(-1)?.event, 'ends')
  for (const { time } of lines) assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

test.run()
