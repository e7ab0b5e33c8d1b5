import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { type Suite } from '../lab/mirror.ts'
import { loud } from '../support/loud.ts'
import { ofAll } from './drill-size.ts'
import { PHP_OF, withNginxAndPhp } from './fleet.ts'
import { fpmReload } from './fpm-step.ts'
import { shutGate, type Gate, WAIT_AT } from './gate.ts'
import { get, type Page, unharmed } from './load.ts'
import { promise } from './promise.ts'
import { until } from './until.ts'

// A server whose FPM somebody set up: its master runs with PHP's process_control_timeout of 0, by which a reload cuts
// off every request in progress. Flight's settings come, and the reload that loads them is the first one that matters.

type Server = { host: LabHost; php: string }
const DOMAIN = 'theirs.example.com'
// In every run bookworm.
const SUITES = ofAll<Suite>(['bookworm', 'trixie'], 1)
const servers = new Map<Suite, Server>()

const POOLS = [
  'pm = static\npm.max_children = 8',
  'pm = dynamic\npm.max_children = 8\npm.start_servers = 2\npm.min_spare_servers = 1\npm.max_spare_servers = 3',
  'pm = ondemand\npm.max_children = 8',
]

// Takes /POOL/MILLISECONDS, or as long as the gate of /POOL/hold/GATE is shut.
const SLOW = `<?php
$last = basename($_SERVER['REQUEST_URI']);
if (strpos($_SERVER['REQUEST_URI'], '/hold/') !== false) {
    ${WAIT_AT('$last')}
} else {
    $end = microtime(true) + (int) $last / 1000;
    while (microtime(true) < $end) usleep(5000);
}
echo str_repeat('x', 50000), 'end';
`

async function byHand(host: LabHost, php: string): Promise<Server> {
  const pools = POOLS.map(
    (lines, index) =>
      `[theirs-${index}]\nuser = www-data\ngroup = www-data\nlisten = /run/php/theirs-${index}.sock\nlisten.owner = ` +
      `www-data\n${lines}\n`,
  )
  const places = POOLS.map(
    (_, index) =>
      `location /${index}/ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME /srv/slow.php; ` +
      `fastcgi_read_timeout 3600; fastcgi_pass unix:/run/php/theirs-${index}.sock; }`,
  )
  await host.must(
    `cat >/srv/slow.php <<'E'
${SLOW}E
cat >/etc/php/${php}/fpm/pool.d/theirs.conf <<'E'\n${pools.join('')}E
cat >/etc/nginx/conf.d/theirs.conf <<'E'\nserver { listen 80; server_name ${DOMAIN}; ${places.join(' ')} }\nE
systemctl restart php${php}-fpm && nginx -t -q && systemctl reload nginx`,
  )
  return { host, php }
}

test.before(
  loud(async () => {
    for (const suite of SUITES)
      servers.set(suite, await byHand(await withNginxAndPhp(`first-${suite}`, suite), PHP_OF[suite]))
  }),
)

function serverOf(suite: Suite): Server {
  const server = servers.get(suite)
  if (server === undefined) throw new Error(`there is no ${suite} server`)
  return server
}

// The master as it was before Flight came, and Flight's settings beside it, not loaded.
async function before({ host, php }: Server): Promise<void> {
  const settings = `/etc/php/${php}/fpm/pool.d/flight.conf`
  await host.must(
    `rm -f ${settings}; systemctl restart php${php}-fpm; sleep 0.1; printf '[global]\\nprocess_control_timeout = ` +
      `20s\\n' >${settings}`,
  )
}

// More than any test takes: what ends in time ends because it was let go.
const PATIENCE = 1200
const load = (php: string, patience = 20) => fpmReload(php, { patience })
const master = ({ host, php }: Server) => host.must(`cat /run/php/php${php}-fpm.pid`).then((text) => text.trim())
const loadedAt = ({ host, php }: Server) => host.must(`stat -c %y /run/php/php${php}-fpm.pid`)
const stands = async (server: Server) =>
  (await server.host.must(`sed 's/^.*) //' /proc/${await master(server)}/stat`)).startsWith('T')
// How urgent the master and its workers are, and on which CPUs they may run.
const scheduled = ({ host, php }: Server) =>
  host.must(
    `for p in $(pgrep -f '^php-fpm: ') $(cat /run/php/php${php}-fpm.pid); do taskset --cpu-list --pid $p; chrt ` +
      `--pid $p; done | sed 's/^pid [0-9]*//' | sort -u`,
  )
const gentleUnit = ({ php }: Server) => `flight-load.php${php}-fpm.service`

// A run that is killed while such a load waits for a request that is held.
async function cutOff(server: Server): Promise<{ loaded: string; slow: Promise<Page>; gate: Gate }> {
  await before(server)
  const loaded = await loadedAt(server)
  const gate = await shutGate(server.host)
  const slow = get(server.host, { domain: DOMAIN, path: `/0${gate.path}` })
  await gate.reached()
  await server.host.must(
    `cat >/run/step <<'E'\n${load(server.php, PATIENCE)}\nE\nsetsid sh /run/step >/dev/null 2>&1 & ` +
      `echo $! >/run/step.pid`,
  )
  await until('the master stands still', () => stands(server), Boolean)
  await server.host.must('kill -KILL $(cat /run/step.pid)')
  return { loaded, slow, gate }
}

for (const suite of SUITES) {
  promise(`${suite}: the first reload cuts off no request, whatever manages the workers`, async () => {
    const server = serverOf(suite)
    const visits = POOLS.map((_, index) => ({
      domain: DOMAIN,
      path: `/${index}/200`,
      visitors: 5,
      says: /^x{50000}end$/,
    }))
    await before(server)
    const pid = await master(server)
    const asBefore = await scheduled(server)
    const report = await unharmed(server.host, visits, async (visitors) => {
      await visitors.over(() => server.host.must(load(server.php, PATIENCE)))
      // Flight's settings are what it runs with now: from here on systemd's reload does it.
      await visitors.over(() => server.host.must(load(server.php, PATIENCE)))
    })
    assert.is(report.failures, 0)
    assert.is(await master(server), pid, 'it was reloaded, not restarted')
    await until(
      'nothing of it is urgent any more, or bound to one CPU',
      () => scheduled(server),
      (now) => now === asBefore,
    )
    assert.match(
      await server.host.must(`journalctl -q --no-pager -o cat -u ${gentleUnit(server)} | grep -c Started`),
      /^1\n$/,
      'once was enough',
    )
  })
}

for (const suite of SUITES) {
  promise(
    `${suite}: a request that does not end holds the first reload up for as long as the settings say`,
    async () => {
      const server = serverOf(suite)
      await before(server)
      const loaded = await loadedAt(server)
      const gate = await shutGate(server.host)
      const endless = get(server.host, { domain: DOMAIN, path: `/0${gate.path}` })
      await gate.reached()
      await server.host.must(load(server.php, 2))
      assert.is.not(await loadedAt(server), loaded)
      assert.is((await endless).status, 502)
      assert.match((await get(server.host, { domain: DOMAIN, path: '/0/1' })).body, /^x+end$/)
    },
  )

  promise(`${suite}: cut off in the middle, the master does not stay stopped, and what was begun ends`, async () => {
    const server = serverOf(suite)
    for (const kill of [undefined, `systemctl kill --signal=KILL ${gentleUnit(server)}`]) {
      const { loaded, slow, gate } = await cutOff(server)
      if (kill === undefined) await gate.open()
      else await server.host.must(kill)
      await until(
        'the master goes on and has loaded',
        async () => !(await stands(server)) && (await loadedAt(server)) !== loaded,
        Boolean,
      )
      assert.is((await slow).status, kill === undefined ? 200 : 502)
      assert.is((await get(server.host, { domain: DOMAIN, path: '/1/1' })).status, 200)
      await server.host.must(load(server.php))
    }
  })

  promise(
    `${suite}: a run that finds such a load of an earlier one waits for it, and notes the load that it then made ` +
      `itself`,
    async () => {
      const server = serverOf(suite)
      const { slow, gate } = await cutOff(server)
      const waits = server.host.run(`${load(server.php, PATIENCE)}\n`)
      await gate.open()
      assert.is((await slow).status, 200)
      assert.is((await waits).code, 0)
      const noted = await server.host.must(`cut -d' ' -f1 /var/lib/flight/loaded/php${server.php}-fpm.service`)
      await until(
        'nothing loads any more',
        () => server.host.run(`systemctl is-active ${gentleUnit(server)}`),
        ({ stdout }) => !/^(active|activating|deactivating)/.test(stdout),
      )
      assert.is(
        noted,
        await server.host.must(`find /run/php/php${server.php}-fpm.pid -printf '%T@\\n'`),
        'nothing loads after what was noted',
      )
    },
  )
}

test.run()
