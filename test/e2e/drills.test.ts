import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startAptRepository, type AptRepository } from '../lab/apt-repository.ts'
import { type LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { desk, type Answer, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { cluster, provisioned, web } from './fleet.ts'
import { inDrills, promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { gatedPackage, installing, knowSuite, open } from './gated-package.ts'
import { appears, until } from './until.ts'
import { remember } from './untouched.ts'
import { loud } from '../support/loud.ts'

// What goes wrong while something is applied: each drill ends with the same final state as an undisturbed run.

let at: Desk
let host: LabHost
let distant: LabHost
let cable: Promise<{ there: Desk; answer: Answer }>
let repository: AptRepository
const wanted: string[] = []

test.before(
  loud(async () => {
    ;[host, distant] = await provisioned('web-1', 'web-2')
    const { places } = await sharedLab()
    repository = await startAptRepository(places.gateway)
    const names = ['slow-two', 'slow-kill', 'slow-cable', 'slow-int', 'slow-term', 'slow-power']
    await repository.publish('slow', names.map(gatedPackage))
    for (const each of [host, distant]) await knowSuite(each, repository, 'slow')
    at = await desk(web([host]))
    // Takes long and needs nothing of the others, so it goes on beside them.
    cable = cutDuringApt()
    cable.catch(() => undefined)
  }),
)

test.after(async () => repository.close())

// The definition asks for one more slow package, and is planned.
async function planFor(name: string): Promise<void> {
  wanted.push(name)
  define('')
  await at.expect(2, 'plan', '--detailed-exitcode')
}

function define(more: string): void {
  at.put(
    'clusters/web.yml',
    cluster([host], `php: [ 8.2 ]\n${wanted.length === 0 ? '' : `packages: [ ${wanted.join(', ')} ]\n`}${more}`),
  )
}

async function isConverged(name?: string): Promise<void> {
  if (name !== undefined) assert.is(await host.must(`cat /srv/${name}`), 'begun\nended\n', `${name} was installed once`)
  await at.expect(0, 'plan', '--detailed-exitcode')
  assert.match((await at.expect(0, 'locks')).stdout, /Nobody holds a lock/)
}

function receipts(): string[] {
  return readdirSync(join(at.folder, 'state/receipts'))
}

promise(
  'of two applies at once one works, the other is told who holds the server, from where and since when',
  async () => {
    await planFor('slow-two')
    const first = at.start('apply', 'plan.json')
    await installing(host, 'slow-two')
    const [second, locks] = await Promise.all([at.flight('apply', 'plan.json'), at.expect(0, 'locks')])
    assert.is(second.exit, 4, second.said)
    assert.match(
      oneLine(second.stderr),
      /web-1: is held by \S+ on \S+, since \d{4}-\d\d-\d\dT[\d:.]+Z, for apply \(FLIGHT_LOCKED\)/,
    )
    assert.match(second.stderr, /way out: wait until that run is over/)
    assert.match(locks.stdout, /web-1 .*apply/)
    assert.is((await at.flight('plan')).exit, 0, 'who only plans is not locked out')
    await open(host, 'slow-two')
    assert.is((await first.answer).exit, 0)
    await isConverged('slow-two')
  },
)

promise(
  'a controller killed during apt holds nothing but the step that runs: another plan waits, the same one follows it',
  async () => {
    await planFor('slow-kill')
    const run = at.start('apply', 'plan.json')
    await installing(host, 'slow-kill')
    run.kill('SIGKILL')
    await run.answer
    // The server notices that the controller is gone when its heart beats no more.
    const holder = await until(
      'the lock is that of the step',
      async () => {
        const { stdout } = await at.expect(0, 'locks', '--json')
        const { locks } = JSON.parse(stdout) as { locks: { holder: { who: string; what: string } | null }[] }
        return locks[0]?.holder
      },
      (found) => found?.who === 'a step of a run that ended',
    )
    assert.match(holder?.what ?? '', /^flight-[0-9a-f]{12}-\S+\.service$/)
    // Another plan has to wait for the step that still runs; it is named.
    at.put(
      'clusters/web.yml',
      cluster([host], `php: [ 8.2 ]\nrequest_payload: 11\npackages: [ ${wanted.join(', ')} ]\n`),
    )
    await at.expect(2, 'plan', '--detailed-exitcode', '--out', 'other.json')
    const refused = await at.expect(4, 'apply', 'other.json')
    assert.match(
      oneLine(refused.stderr),
      /is held by a step of a run that ended .*, for flight-[0-9a-f]{12}-\S+\.service \(FLIGHT_LOCKED\)/,
    )
    define('')
    // The same plan follows what runs.
    const again = at.start('apply', 'plan.json')
    await until(
      'that run holds the server',
      async () => (await at.expect(0, 'locks')).stdout,
      (said) => /web-1 .*apply/.test(said),
    )
    await open(host, 'slow-kill')
    const followed = await again.answer
    assert.is(followed.exit, 0, followed.said)
    assert.match(followed.stdout, /Done/)
    await isConverged('slow-kill')
  },
)

const SIGNALS: ['SIGINT' | 'SIGTERM', number, string][] = [
  ['SIGINT', 130, 'slow-int'],
  ['SIGTERM', 143, 'slow-term'],
]

for (const [signal, exit, name] of ofAll(SIGNALS, 1)) {
  promise(
    `${signal} during apt: the running step finishes, nothing else begins, exit code ${exit}, and the same command ` +
      `goes on`,
    async () => {
      wanted.push(name)
      define(`request_payload: ${exit}\n`)
      await at.expect(2, 'plan', '--detailed-exitcode')
      const before = receipts().length
      const run = at.start('apply', 'plan.json')
      await installing(host, name)
      run.kill(signal)
      await run.says(/stopping after the running steps/)
      await open(host, name)
      const stopped = await run.answer
      assert.is(stopped.exit, exit, stopped.said)
      assert.match(stopped.said, /stopping after the running steps/)
      assert.match(stopped.stdout, /Interrupted: plan [0-9a-f]{12}/)
      assert.match(stopped.stdout, /not begun: .*reload/)
      assert.match(stopped.stdout, /Run the same command again/)
      assert.is(receipts().length, before + 1, 'the receipt is written')
      assert.is(await host.must(`cat /srv/${name}`), 'begun\nended\n', 'the step that ran was finished')
      assert.match((await at.expect(0, 'locks')).stdout, /Nobody holds a lock/)
      await at.expect(0, 'apply', 'plan.json')
      await isConverged(name)
    },
  )
}

inDrills('a power cut during apt: dpkg is finished first, then the rest', async () => {
  await planFor('slow-power')
  const run = at.start('apply', 'plan.json')
  await installing(host, 'slow-power')
  await host.kill()
  run.kill('SIGKILL')
  await run.answer
  await host.boot()
  assert.match(await host.must('dpkg --audit'), /slow-power/)
  await open(host, 'slow-power')
  const plan = await at.expect(2, 'plan', '--detailed-exitcode')
  assert.is(planOn(at).servers[0]?.install?.interrupted, true)
  assert.match(plan.stdout, /interrupted/)
  await at.expect(0, 'apply', 'plan.json')
  assert.is(await host.must('dpkg --audit'), '')
  assert.is(await host.must('tail -n 1 /srv/slow-power'), 'ended\n')
  await isConverged()
})

inDrills(
  'a full disk while writing leaves the old file whole, and the same command goes on once there is room',
  async () => {
    define('php_reload: "0 4 * * *"\n')
    await at.expect(0, 'provision', 'web', '--yes')
    define('php_reload: "30 5 * * *"\n')
    await at.expect(2, 'plan', '--detailed-exitcode')
    for (const folder of ['/etc/cron.d', '/var/lib/flight']) {
      await host.must(`rm -rf /var/tmp/copy && cp -a ${folder} /var/tmp/copy`)
      await host.smallDisk(folder, '2m')
      await host.must(
        `cp -a /var/tmp/copy/. ${folder}/ && touch -r /var/tmp/copy ${folder} && { head -c 4m /dev/zero ` +
          `>${folder}/.filler 2>/dev/null; true; }`,
      )
      const full = await at.flight('apply', 'plan.json')
      assert.is(full.exit, 1, full.said)
      assert.match(full.said, /disk full|No space left/, folder)
      assert.match(oneLine(full.stdout), /stopped at: update (file )?\/etc\/cron\.d\/flight-php-reload/)
      assert.match(
        await host.must('cat /etc/cron.d/flight-php-reload'),
        /^0 4 \* \* \* root php-fpm8\.2 -t .*\n$/m,
        'the old file is whole',
      )
      assert.is(await host.must('ls -A /etc/cron.d | grep -c flight'), '1\n', 'nothing half written lies beside it')
      await host.removeSmallDisk(folder)
    }
    await at.expect(0, 'apply', 'plan.json')
    assert.match(await host.must('cat /etc/cron.d/flight-php-reload'), /^30 5 /m)
    await isConverged()
  },
)

promise('a system that is not supported is refused while planning, by its name', async () => {
  await host.must(
    `cp -a /etc/os-release /root/os-release && rm /etc/os-release && printf ` +
      `'ID=debian\\nVERSION_CODENAME=buster\\nPRETTY_NAME="Debian GNU/Linux 10 (buster)"\\n' >/etc/os-release`,
  )
  try {
    const untouched = await remember([host])
    const { stdout } = await at.expect(1, 'plan')
    assert.match(oneLine(stdout), /web-1 is blocked: Debian GNU\/Linux 10 \(buster\) is not supported/)
    assert.match(oneLine(stdout), /Debian 12 and 13 and Ubuntu 22\.04 and 24\.04/)
    await at.expect(1, 'apply', 'plan.json')
    await untouched()
  } finally {
    await host.must('rm /etc/os-release && cp -a /root/os-release /etc/os-release')
  }
})

const BROKEN: [string, string, string, string][] = [
  ['nginx', '/etc/nginx/conf.d/theirs.conf', 'nonsense on;\n', '/etc/nginx/flight/limits.conf'],
  [
    'FPM',
    '/etc/php/8.2/fpm/pool.d/theirs.conf',
    '[theirs]\nuser = nobody\npm = nonsense\nlisten = /run/php/theirs.sock\n',
    '/etc/php/8.2/fpm/conf.d/99-flight.ini',
  ],
]

for (const [what, theirs, nonsense, ours] of ofAll(BROKEN, 1)) {
  promise(`${what} never sees a configuration that fails its test: its files go back, what runs goes on`, async () => {
    await at.expect(0, 'provision', 'web', '--yes')
    await host.must(`printf '${nonsense.replaceAll('\n', '\\n')}' >${theirs}`)
    try {
      define('php_reload: "30 5 * * *"\nrequest_payload: 99\n')
      await at.expect(2, 'plan', '--detailed-exitcode')
      const state =
        `pgrep -P $(cat ${what === 'nginx' ? '/run/nginx.pid' : '/run/php/php8.2-fpm.pid'}); cat ` +
        `/run/nginx.pid /run/php/php8.2-fpm.pid ${ours}; systemctl is-active nginx php8.2-fpm`
      const before = await host.must(state)
      const { stdout } = await at.expect(1, 'apply', 'plan.json')
      assert.match(stdout, 'FLIGHT_BAD_CONFIGURATION')
      assert.match(stdout, theirs, 'says which file')
      assert.match(oneLine(stdout), /the service goes on with what it had loaded/)
      assert.is(await host.must(state), before, 'the same processes, the same files')
      assert.is((await host.run('curl -s http://127.0.0.1/')).code, 52)
    } finally {
      await host.must(`rm ${theirs}`)
    }
    const { stdout: next } = await at.expect(0, 'plan', '--full')
    assert.match(next, /because the definition changed/)
    assert.not.match(next, /somebody changed it/, 'what was put back is on record as before')
    await at.expect(0, 'provision', 'web', '--yes')
    assert.match(await host.must('nginx -T 2>/dev/null'), /client_max_body_size 99m/)
    await isConverged()
    define('php_reload: "30 5 * * *"\n')
  })
}

promise('what was killed between writing and reloading shows the reload in the next plan', async () => {
  await at.expect(0, 'provision', 'web', '--yes')
  define('php_reload: "30 5 * * *"\nrequest_payload: 55\n')
  // An nginx whose test does not end, to kill the controller and what it started there meanwhile.
  await host.must(
    `printf '#!/bin/sh\\ntouch /srv/testing; sleep 3600; exec /usr/sbin/nginx "$@"\\n' >/usr/local/sbin/nginx && ` +
      `chmod 755 /usr/local/sbin/nginx`,
  )
  const run = at.start('provision', 'web', '--yes')
  await appears(host, '/srv/testing')
  run.kill('SIGKILL')
  await run.answer
  await host.must(`pkill -KILL -f 'flight flight-[0-9a-f]{24}'; pkill -KILL -x sleep; rm /usr/local/sbin/nginx`)
  await at.expect(2, 'plan', '--detailed-exitcode')
  // php.ini has the limit as well, and nothing loads before everything is tested.
  assert.equal(told(planOn(at)), ['reload web-1/service/php8.2-fpm.service', 'reload web-1/service/nginx.service'])
  await at.expect(0, 'apply', 'plan.json')
  await isConverged()
})

inDrills('services that died, or do not start at boot, are started and enabled', async () => {
  await host.must('systemctl stop nginx php8.2-fpm && systemctl disable --quiet cron')
  const drift = await at.expect(2, 'drift')
  assert.match(drift.stdout, /it does not run/)
  assert.match(drift.stdout, /it does not start at boot/)
  await at.expect(0, 'provision', 'web', '--yes')
  assert.is(
    await host.must('systemctl is-active nginx php8.2-fpm; systemctl is-enabled cron'),
    'active\nactive\nenabled\n',
  )
  await isConverged()
})

// A desk of its own: the cable of the other server is cut while apt works there, until the loss was noticed.
async function cutDuringApt(): Promise<{ there: Desk; answer: Answer }> {
  const there = await desk(web([distant], 'php: [ 8.2 ]\npackages: [ slow-cable ]\n'))
  await there.expect(0, 'plan')
  const run = there.start('apply', 'plan.json')
  await installing(distant, 'slow-cable')
  await distant.cutCable()
  await run.says(/connection was lost, trying again/)
  await distant.plugCable()
  await open(distant, 'slow-cable')
  return { there, answer: await run.answer }
}

promise('a cable cut during apt until it is noticed: the step is followed again and apt ran once', async () => {
  const { there, answer } = await cable
  assert.is(answer.exit, 0, answer.said)
  assert.match(answer.said, /connection was lost, trying again/)
  assert.is(
    await distant.must(`cat /srv/slow-cable; grep -c ' install slow-cable:' /var/log/dpkg.log`),
    'begun\nended\n1\n',
  )
  await there.expect(0, 'plan', '--detailed-exitcode')
})

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

test.run()
