import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { hosts } from '../lab/shared.ts'
import { desk, type Desk } from './desk.ts'
import { FULL } from './drill-size.ts'
import { cluster, provisioned } from './fleet.ts'
import { inDrills, promise } from './promise.ts'
import { until } from './until.ts'
import { planOn, told } from './read-plan.ts'

// Two clusters: staging on bookworm (a web server and a worker) by plan and apply, next on trixie by provision.

const LIBRARIES =
  'acl ca-certificates cron curl git libfcgi-bin logrotate openssh-client rsync supervisor unzip zip'.split(' ')
const EXTENSIONS = (
  'bcmath ctype curl dom fileinfo gd intl mbstring mysqli openssl pcntl pdo pdo_mysql pdo_pgsql pdo_sqlite pgsql ' +
  'redis sqlite3 tokenizer xml zip'
).split(' ')

const LIMITS = [
  'request_duration: 45',
  'request_payload: 20',
  'request_memory: 256',
  'php_ini: { date.timezone: Europe/Berlin }',
  '',
]
const NIGHTLY = 'php_reload: "0 4 * * *"\n'
const STAGING = `php: [ 8.2 ]\nphp_extensions: [ soap ]\npackages: [ jq ]\n${LIMITS.join('\n')}`
const WORKER = '  - { name: worker-1, host: worker-1 }\n'

let at: Desk
let web: LabHost
let worker: LabHost
let next: LabHost

promise('bare servers become what their clusters say, by plan and apply and by provision --yes', async () => {
  ;[worker, next] = await hosts({ name: 'worker-1', suite: 'bookworm' }, { name: 'next-1', suite: 'trixie' })
  // In every run from the layer that `flight provision` made of a bare server for all other tests.
  ;[web] = FULL ? await hosts({ name: 'web-1', suite: 'bookworm' }) : await provisioned('web-1')
  at = await desk({
    'clusters/staging.yml': cluster([web], STAGING + NIGHTLY) + WORKER,
    'clusters/next.yml': cluster([next], 'php: [ 8.4 ]\nphp_reload: "* * * * *"\n'),
  })
  const plan = await at.expect(2, 'plan', '--cluster', 'staging', '--detailed-exitcode')
  assert.match(plan.stdout, /flight apply plan\.json/, 'says what to type next')
  const [apply, provision] = await Promise.all([
    at.flight('apply', 'plan.json'),
    at.flight('provision', 'next', '--yes'),
  ])
  assert.is(apply.exit, 0, apply.said)
  assert.is(provision.exit, 0, provision.said)
  assert.match(apply.stdout, /Done: plan [0-9a-f]{12} on 2 servers/)
  assert.match(provision.stdout, /Done: plan [0-9a-f]{12} on 1 server/)
})

promise('every library, PHP version and extension is there, and every extension loads', async () => {
  for (const [host, version, more] of [
    [web, '8.2', ['soap']],
    [worker, '8.2', ['soap']],
    [next, '8.4', []],
  ] as const) {
    const installed = (
      await host.must(`dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' | sed -n 's/^installed //p'`)
    ).split('\n')
    for (const name of [...LIBRARIES, 'composer', `php${version}-cli`])
      assert.ok(installed.includes(name), `${host.name} has ${name}`)
    const loaded = (await host.must(`php${version} -m`)).toLowerCase().split('\n')
    for (const extension of [...EXTENSIONS, ...more, 'zend opcache'])
      assert.ok(loaded.includes(extension), `${host.name} loads ${extension}`)
    assert.match(await host.must('cgi-fcgi 2>&1 || true'), /connect/i)
    assert.match(
      await host.must('cd /tmp && HOME=/tmp COMPOSER_ALLOW_SUPERUSER=1 composer --no-interaction --version'),
      /^Composer/m,
    )
  }
  assert.is((await web.must('jq -n 1+1')).trim(), '2')
  assert.is(
    (await worker.run('command -v nginx php-fpm8.2')).stdout,
    '',
    'who serves no requests has neither nginx nor FPM',
  )
})

promise('every service runs and starts at boot', async () => {
  const units = (version: string) => ['nginx', `php${version}-fpm`, 'supervisor', 'cron']
  for (const [host, wanted] of [
    [web, units('8.2')],
    [next, units('8.4')],
    [worker, ['supervisor', 'cron']],
  ] as const) {
    for (const unit of wanted)
      assert.is(
        await host.must(`systemctl is-active ${unit}; systemctl is-enabled ${unit}`),
        'active\nenabled\n',
        `${host.name} ${unit}`,
      )
    assert.is((await host.run('systemctl --failed --no-legend')).stdout, '', `${host.name} has no failed unit`)
  }
})

promise('FPM runs without any pool that serves somebody', async () => {
  for (const [host, version] of [
    [web, '8.2'],
    [next, '8.4'],
  ] as const) {
    const pools = (await host.must(`php-fpm${version} -tt 2>&1`)).match(/\[[a-z-]+\](?=\s*$)/gm)
    assert.equal(
      pools?.filter((pool) => pool !== '[global]'),
      ['[flight-idle]'],
    )
    assert.is(await host.must(`find /run/php -type s -printf '%f %m %u\\n'`), `flight-idle-${version}.sock 600 root\n`)
  }
})

promise('nginx refuses names that no site has, on every port and address', async () => {
  for (const host of [web, next]) {
    for (const address of ['127.0.0.1', '[::1]', host.address]) {
      assert.is(
        (await host.run(`curl -s http://${address}/`)).code,
        52,
        `${host.name} http://${address}: closed without an answer`,
      )
      assert.is(
        (await host.run(`curl -sk --resolve shop.example.com:443:${address} https://shop.example.com/`)).code,
        35,
        `${host.name} https on ${address}: no handshake`,
      )
    }
  }
})

promise('the limits of a request are in place', async () => {
  assert.equal(await limitsOf(web), {
    post_max_size: '20M',
    upload_max_filesize: '20M',
    memory_limit: '256M',
    max_execution_time: '45',
    'date.timezone': 'Europe/Berlin',
  })
  const nginx = await web.must('nginx -T 2>/dev/null')
  assert.match(nginx, /^client_max_body_size 20m;$/m)
  assert.match(nginx, /^fastcgi_read_timeout 65s;$/m)
  assert.match(await web.must('cat /etc/php/8.2/fpm/pool.d/flight.conf'), /^process_control_timeout = 60s$/m)
  // The command line has the cluster's own settings and no request's limits.
  assert.is(
    await worker.must(`php8.2 -r 'echo ini_get("date.timezone"), " ", ini_get("memory_limit");'`),
    'Europe/Berlin -1',
  )
})

promise('what was done is remembered here and on the servers', async () => {
  const { stdout } = await at.expect(0, 'history', '--json')
  const { history } = JSON.parse(stdout) as { history: { server: string; what: string; outcome: string }[] }
  assert.equal(history.map(({ server, what, outcome }) => `${server} ${what} ${outcome}`).sort(), [
    'next-1 provision done',
    'web-1 apply done',
    ...(FULL ? [] : ['web-1 provision done']),
    'worker-1 apply done',
  ])
  assert.is(await web.must(`find /var/lib/flight -perm /022 -o ! -user root`), '', "records are root's")
})

promise('applying and planning again finds nothing to do, over one connection and one channel a server', async () => {
  const marks = [web, worker, next].map((host) => ({ host, mark: host.sshActivity().mark }))
  const { stdout } = await at.expect(0, 'plan', '--detailed-exitcode')
  assert.match(stdout, /Nothing to do on 3 servers/)
  for (const { host, mark } of marks) {
    const { connections, commands, subsystems, shells } = host.sshActivity(mark)
    assert.equal(
      { connections, commands, subsystems, shells },
      { connections: 1, commands: 1, subsystems: 0, shells: 0 },
      host.name,
    )
  }
})

promise('a changed limit changes the files that say it and reloads what reads them, nothing else', async () => {
  at.put(
    'clusters/staging.yml',
    cluster([web], STAGING.replace('request_payload: 20', 'request_payload: 32') + NIGHTLY) + WORKER,
  )
  const plan = await at.expect(2, 'plan', '--detailed-exitcode')
  assert.equal(told(planOn(at)), [
    'update web-1/file//etc/php/8.2/fpm/conf.d/99-flight.ini',
    'update web-1/file//etc/nginx/flight/limits.conf',
    'reload web-1/service/php8.2-fpm.service',
    'reload web-1/service/nginx.service',
  ])
  assert.match(plan.stdout, /^\s*-post_max_size = 20M$/m)
  assert.match(plan.stdout, /^\s*\+post_max_size = 32M$/m)
  const before = await processes(web)
  await at.expect(0, 'apply', 'plan.json')
  const after = await processes(web)
  assert.is(after.masters, before.masters, 'reloaded, not restarted')
  assert.is.not(after.fpmLoaded, before.fpmLoaded)
  assert.not.ok(
    after.workers.some((pid) => before.workers.includes(pid)),
    'nginx runs new workers',
  )
  assert.is((await limitsOf(web))['post_max_size'], '32M', 'the running FPM has loaded it')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

promise('a file changed by hand is drift: it is shown, put back, loaded, and what was there is kept', async () => {
  await web.must(
    `sed -i 's/^memory_limit.*/memory_limit = 2G/' /etc/php/8.2/fpm/conf.d/99-flight.ini && chmod 600 ` +
      `/etc/nginx/flight/limits.conf`,
  )
  const drift = await at.expect(2, 'drift')
  assert.match(drift.stdout, /web-1/)
  assert.match(drift.stdout, /99-flight\.ini/)
  const plan = await at.expect(2, 'plan', '--detailed-exitcode')
  assert.match(plan.stdout, /^\s*-memory_limit = 2G$/m)
  assert.match(plan.stdout, /somebody changed it on the server/)
  assert.match(plan.stdout, /its mode is 600, not 644/)
  await at.expect(0, 'apply', 'plan.json')
  assert.is((await limitsOf(web))['memory_limit'], '256M')
  assert.is(await web.must('stat -c %a /etc/nginx/flight/limits.conf'), '644\n')
  const kept =
    `/var/lib/flight/kept/${planOn(at).digest.slice('sha256:'.length, 'sha256:'.length + 12)}/etc/php/` +
    `8.2/fpm/conf.d/99-flight.ini`
  assert.match(await web.must(`cat ${kept}`), /^memory_limit = 2G$/m)
  await at.expect(0, 'drift')
})

inDrills('a hand edit that was loaded neither then nor since is loaded by the next apply', async () => {
  await web.must('printf "; a note\\n" >/etc/php/8.2/fpm/conf.d/50-theirs.ini')
  await at.expect(2, 'plan', '--detailed-exitcode')
  assert.equal(told(planOn(at)), ['reload web-1/service/php8.2-fpm.service'])
  const before = await processes(web)
  await at.expect(0, 'apply', 'plan.json')
  assert.is.not((await processes(web)).fpmLoaded, before.fpmLoaded)
  await at.expect(0, 'plan', '--detailed-exitcode')
})

inDrills('a cron file that nobody defines any more is retired: a comment remains, its content is kept', async () => {
  const old = await web.must('cat /etc/cron.d/flight-php-reload')
  at.put('clusters/staging.yml', cluster([web], STAGING.replace('request_payload: 20', 'request_payload: 32')) + WORKER)
  await at.expect(2, 'plan', '--detailed-exitcode')
  assert.equal(told(planOn(at)), ['retire web-1/retired//etc/cron.d/flight-php-reload'])
  await at.expect(0, 'apply', 'plan.json')
  assert.match(await web.must('cat /etc/cron.d/flight-php-reload'), /^# Retired by Flight on \d{4}-\d\d-\d\d: .+\n$/)
  const kept =
    `/var/lib/flight/kept/${planOn(at).digest.slice('sha256:'.length, 'sha256:'.length + 12)}/etc/cron.d/` +
    `flight-php-reload`
  assert.is(await web.must(`cat ${kept}`), old)
  await at.expect(0, 'plan', '--detailed-exitcode', '--out', 'again.json')
  const again = await at.expect(0, 'apply', 'plan.json')
  assert.match(again.stdout, /0 of 1 action done, 1 already so/)
})

promise('a reboot leaves everything running and nothing to do', async () => {
  await web.reboot()
  await at.expect(0, 'plan', '--detailed-exitcode')
  assert.is(await web.must('systemctl is-active nginx php8.2-fpm supervisor cron'), 'active\n'.repeat(4))
})

inDrills('cron takes the nightly reload as its own, and FPM loads again', async () => {
  assert.is(await next.must(`stat -c '%a %U %G' /etc/cron.d/flight-php-reload`), '644 root root\n')
  assert.is(await next.must('tail -c 1 /etc/cron.d/flight-php-reload | od -An -c'), '  \\n\n')
  // Every minute there; these tests took longer than that, but cron looks at its files only once a minute.
  await until(
    'cron ran it',
    () => next.run(`journalctl -u cron --no-pager -o cat | grep -F 'CMD (php-fpm8.4 -t'`),
    ({ code }) => code === 0,
  )
  const log = await next.must('journalctl -u cron --no-pager -o cat')
  assert.match(log, /\(root\) CMD \(php-fpm8\.4 -t/)
  assert.not.match(log, /error|bad|wrong|insecure/i)
  await until(
    'FPM loaded',
    () => next.must('journalctl -u php8.4-fpm --no-pager -o cat'),
    (text) => /Reloaded/.test(text),
  )
  await at.expect(0, 'drift', '--cluster', 'next')
})

// What the running FPM says of its limits, asked through the only pool there is.
async function limitsOf(host: LabHost): Promise<Record<string, string>> {
  const names = ['post_max_size', 'upload_max_filesize', 'memory_limit', 'max_execution_time', 'date.timezone']
  await host.must(
    `printf '%s' '<?php echo json_encode(array_map("ini_get", array_combine($n = ${JSON.stringify(names)}, $n)));' ` +
      `>/srv/limits.php`,
  )
  const answer = await host.must(
    'SCRIPT_FILENAME=/srv/limits.php REQUEST_METHOD=GET cgi-fcgi -bind -connect /run/php/flight-idle-8.2.sock',
  )
  return JSON.parse(answer.slice(answer.indexOf('{'))) as Record<string, string>
}

async function processes(host: LabHost): Promise<{ masters: string; workers: string[]; fpmLoaded: string }> {
  const [masters = '', workers = '', fpmLoaded = ''] = (
    await host.must(
      `echo $(cat /run/nginx.pid) $(cat /run/php/php8.2-fpm.pid); echo $(pgrep -P $(cat /run/nginx.pid)); stat -c ` +
        `%.Y /run/php/php8.2-fpm.pid`,
    )
  ).split('\n')
  return { masters, workers: workers.split(' '), fpmLoaded }
}

test.run()
