import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, oneLine, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { provisioned, web } from './fleet.ts'
import { get } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { planOn, told } from './read-plan.ts'
import { goLive } from './release.ts'
import { appears, until } from './until.ts'

// Whether a service runs what lies on disk is asked, not remembered: whatever happened in between, the next plan shows
// the reload that is due, and none that is not.

let at: Desk
let host: LabHost

const FOLDER = '/etc/ssl/shop'
const TLS = `nginx: { tls: { certificate: ${FOLDER}/fullchain.pem, key: ${FOLDER}/privkey.pem } }\n`

test.before(
  loud(async () => {
    ;[host] = await provisioned('web-1')
    await host.must(`mkdir -p ${FOLDER}`)
    await renew()
    at = await desk(web([host]))
    await configure(at, 'shop', shop(4))
    await goLive(host, 'shop', 'plain')
    await configure(at, 'shop', shop(4))
  }),
)

// Until the clock shows another second: what is written then is newer than what was loaded before.
const LATER = 'second=$(date +%s); while [ $(date +%s) -le $((second + 1)) ]; do sleep 0.1; done'

function shop(workers: number, more = ''): string {
  return app('shop', [serves('web-1', workers)], { more: TLS + more })
}

// A certificate as certbot renews it: a new file in the place of the old one.
async function renew(): Promise<void> {
  await host.must(
    `cd ${FOLDER} && openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=shop.example.com -keyout new.key ` +
      `-out new.pem 2>/dev/null && mv new.key privkey.pem && mv new.pem fullchain.pem`,
  )
}

async function serial(of: 'file' | 'served'): Promise<string> {
  const read = `openssl x509 -noout -serial`
  return host.must(
    of === 'file'
      ? `${read} -in ${FOLDER}/fullchain.pem`
      : `openssl s_client -connect 127.0.0.1:443 -servername shop.example.com </dev/null 2>/dev/null | ${read}`,
  )
}

async function due(): Promise<string[]> {
  await at.expect(2, 'plan', '--detailed-exitcode')
  return told(planOn(at))
}

async function doIt(): Promise<void> {
  await at.expect(0, 'apply', 'plan.json')
  await at.expect(0, 'plan', '--detailed-exitcode')
}

// Everything is written and tested before anything loads: a limit that the pool and the site say needs both.
const KILLED = [
  {
    services: ['php8.2-fpm.service'],
    program: '/usr/sbin/php-fpm8.2',
    stopped: '/usr/local/sbin/php-fpm8.2',
    workers: 7,
    more: '',
  },
  {
    services: ['php8.2-fpm.service', 'nginx.service'],
    program: '/usr/sbin/nginx',
    stopped: '/usr/local/sbin/nginx',
    workers: 7,
    more: 'request_payload: 33\n',
  },
]

for (const { services, program, stopped, workers, more } of ofAll(KILLED, 1)) {
  promise(
    `killed between writing and reloading ${services.join(' and ')}: the next plan is that and nothing else`,
    async () => {
      // A test that does not end, to kill the controller and what it started there meanwhile.
      await host.must(
        `rm -f /srv/testing && printf '#!/bin/sh\\ntouch /srv/testing; sleep 3600; exec ${program} "$@"\\n' ` +
          `>${stopped} && chmod 755 ${stopped}`,
      )
      at.put('apps/shop.yml', shop(workers, more))
      const run = at.start('app:configure', 'shop', '--yes')
      await appears(host, '/srv/testing')
      run.kill('SIGKILL')
      await run.answer
      await host.must(`pkill -KILL -f 'flight flight-[0-9a-f]{24}'; pkill -KILL -x sleep; rm ${stopped}`)
      assert.equal(
        await due(),
        services.map((service) => `reload web-1/service/${service}`),
      )
      await doIt()
      assert.is((await host.must('pgrep -f "pool shop$" | wc -l')).trim(), String(workers))
    },
  )
}

inDrills('a file that somebody edited and never loaded is a reload in the next plan, which names it', async () => {
  for (const [path, line, service] of [
    ['/etc/nginx/conf.d/theirs.conf', '# nothing that nginx minds', 'nginx.service'],
    ['/etc/php/8.2/fpm/conf.d/99-theirs.ini', '; nothing that PHP minds', 'php8.2-fpm.service'],
  ] as const) {
    await host.must(`${LATER}; echo '${line}' >${path}`)
    assert.equal(await due(), [`reload web-1/service/${service}`])
    assert.match(oneLine((await at.expect(0, 'plan')).stdout), new RegExp(path.replaceAll('.', '\\.')))
    await doIt()
  }
})

promise('a renewed certificate is a reload of nginx, and then it is the one that is served', async () => {
  assert.is(await serial('served'), await serial('file'))
  const old = await serial('served')
  await host.must(LATER)
  await renew()
  assert.is(await serial('served'), old, 'nginx goes on with what it has')
  assert.equal(await due(), ['reload web-1/service/nginx.service'])
  assert.match(oneLine((await at.expect(0, 'plan')).stdout), /\/etc\/ssl\/shop\/(fullchain|privkey)\.pem/)
  await doIt()
  assert.is.not(await serial('served'), old)
  assert.is(await serial('served'), await serial('file'))
})

inDrills('after a reboot everything runs what lies on disk: nothing is due, and the app answers', async () => {
  await host.reboot()
  await until(
    'nginx and FPM are up',
    () => host.run('systemctl is-active nginx php8.2-fpm'),
    ({ code }) => code === 0,
  )
  await at.expect(0, 'plan', '--detailed-exitcode')
  assert.match(
    await host.must('curl -sSk --resolve shop.example.com:443:127.0.0.1 https://shop.example.com/'),
    /^release a{12}-1, PHP 8\.2/,
  )
  const plain = await get(host, { domain: 'shop.example.com', path: '/' })
  assert.ok(plain.status === 301 || plain.status === 308, `http leads to https: ${plain.status}`)
})

inDrills('a service that was reloaded by hand after a hand edit owes nothing', async () => {
  const started = 'stat -c %Y $(printf "/proc/%s " $(pgrep -P $(cat /run/nginx.pid))) | sort -n | tail -n 1'
  const before = await host.must(started)
  await host.must(`${LATER}; echo '# again' >>/etc/nginx/conf.d/theirs.conf; systemctl reload nginx`)
  await until(
    'new workers are there',
    () => host.must(started),
    (now) => Number(now) > Number(before),
  )
  await at.expect(0, 'plan', '--detailed-exitcode')
})

test.run()
