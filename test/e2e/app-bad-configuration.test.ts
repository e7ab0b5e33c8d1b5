import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, configure, oneLine } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { provisioned, web } from './fleet.ts'
import { get, unharmed } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { goLive } from './release.ts'
import { pidsOf } from './workers.ts'

// A configuration that its program refuses never reaches what runs, whoever wrote it: what served goes on serving, the
// message says where to look, and once that is right the same command works.

let at: Desk
let host: LabHost

const DAEMON = 'daemons: [ { name: idle, command: /bin/sleep 86400 } ]'

test.before(
  loud(async () => {
    ;[host] = await provisioned('web-1')
    at = await desk(web([host]))
    for (const name of ['shop', 'blog']) {
      await configure(at, name, definition(name))
      await goLive(host, name, 'plain')
      await configure(at, name, definition(name))
    }
  }),
)

function definition(name: string, more = '', workers = 6): string {
  return app(name, [`{ name: web-1, web: { pm: static, max_workers: ${workers} }, ${DAEMON} }`], { more })
}

// Which processes serve, and since when the services run what they run.
const RUNS = {
  nginx: 'pgrep -P $(cat /run/nginx.pid) | sort',
  fpm: 'stat -c %Y /run/php/php8.2-fpm.pid',
  supervisor: "supervisorctl status | sed 's/uptime.*//'",
}

// Asks for this definition of shop while visitors come, and gives what flight says about it.
async function refused(
  wanted: string,
  untouched: readonly (keyof typeof RUNS)[] = ['nginx', 'fpm', 'supervisor'],
): Promise<string> {
  const serving = () => host.must(untouched.map((service) => RUNS[service]).join('; '))
  const before = await serving()
  const visits = ['shop', 'blog'].map((name) => ({
    domain: `${name}.example.com`,
    path: '/',
    visitors: 2,
    says: /^release a{12}-1/,
  }))
  let said = ''
  await unharmed(host, visits, async () => {
    at.put('apps/shop.yml', wanted)
    said = (await at.expect(1, 'app:configure', 'shop', '--yes')).said
  })
  assert.is(await serving(), before, 'nothing was reloaded, nothing was restarted')
  return oneLine(said)
}

async function isRight(): Promise<void> {
  await at.expect(0, 'app:configure', 'shop', '--yes')
  await at.expect(0, 'plan', '--detailed-exitcode')
  for (const name of ['shop', 'blog'])
    assert.is((await get(host, { domain: `${name}.example.com`, path: '/' })).status, 200)
}

promise('an include that nginx refuses: nothing reloads, its file and line are named, corrected it works', async () => {
  const wanted = definition('shop', 'nginx: { include: nginx/shop.conf }\n')
  at.put('apps/nginx/shop.conf', '# by hand\nadd_header X-Shop yes always;\nnonsense on;\n')
  const said = await refused(wanted)
  assert.match(said, /FLIGHT_BAD_CONFIGURATION/)
  assert.match(said, /unknown directive "nonsense" in \/etc\/nginx\/flight\/shop\.include\.conf:\d+/)
  await host.must('nginx -t -q')
  at.put('apps/nginx/shop.conf', '# by hand\nadd_header X-Shop yes always;\n')
  await isRight()
  assert.match(
    await host.must('curl -sS -o /dev/null -D - -H "Host: shop.example.com" http://127.0.0.1/'),
    /^X-Shop: yes\r?$/m,
  )
})

promise(
  "another app's pool that somebody edited into nonsense: nothing reloads, the line is named, and configuring that " +
    'app puts it right',
  async () => {
    await host.must(`printf 'pm.nonsense = 1\\n' >>/etc/php/8.2/fpm/pool.d/flight-blog.conf`)
    const said = await refused(definition('shop', 'request_memory: 300\n', 7))
    assert.match(said, /FLIGHT_BAD_CONFIGURATION/)
    assert.match(said, /\/etc\/php\/8\.2\/fpm\/pool\.d\/flight-blog\.conf:\d+\].*pm\.nonsense/)
    await at.expect(0, 'app:configure', 'blog', '--yes')
    await isRight()
    assert.match((await get(host, { domain: 'shop.example.com', path: '/limits' })).body, /^300M /)
  },
)

inDrills(
  "the app's own pool that somebody edited into nonsense is written anew, and the plan says that it was changed",
  async () => {
    await host.must(`printf 'pm.nonsense = 1\\n' >>/etc/php/8.2/fpm/pool.d/flight-shop.conf`)
    const { stdout } = await at.expect(2, 'plan', '--app', 'shop', '--detailed-exitcode')
    assert.match(oneLine(stdout), /somebody changed it/)
    await isRight()
  },
)

// With a broken site FPM loads what is right; nginx loads nothing.
const FOREIGN: [string, string, string, RegExp][] = [
  [
    "somebody's pool",
    '/etc/php/8.2/fpm/pool.d/theirs.conf',
    '[theirs]\nuser = nobody\npm = nonsense\nlisten = /run/php/theirs.sock\n',
    /\/etc\/php\/8\.2\/fpm\/pool\.d\/theirs\.conf:3/,
  ],
  [
    "somebody's pool that php-fpm -t lets pass and a reload dies of",
    '/etc/php/8.2/fpm/pool.d/theirs.conf',
    '[theirs]\nuser = nobody\npm = static\npm.max_children = 1\nlisten = /nowhere/theirs.sock\n',
    /\/etc\/php\/8\.2\/fpm\/pool\.d\/theirs\.conf/,
  ],
  [
    "somebody's site",
    '/etc/nginx/sites-enabled/theirs.conf',
    'server {\n  nonsense on;\n}\n',
    /\/etc\/nginx\/sites-enabled\/theirs\.conf:2/,
  ],
]

for (const [what, path, nonsense, named] of ofAll(FOREIGN, 1)) {
  promise(`${what} is broken: nothing reloads, its file is named, without it the same command works`, async () => {
    await host.must(`printf '${nonsense.replaceAll('\n', '\\n')}' >${path}`)
    // Other sizes and other limits, so that both FPM and nginx have to load something.
    const size = 8 + FOREIGN.findIndex(([each]) => each === what)
    try {
      assert.match(
        await refused(
          definition('shop', `request_payload: ${size}\n`, size),
          path.startsWith('/etc/nginx') ? ['nginx', 'supervisor'] : undefined,
        ),
        named,
      )
    } finally {
      await host.must(`rm ${path}`)
    }
    await isRight()
    assert.match(await host.must('nginx -T 2>/dev/null'), new RegExp(`client_max_body_size ${size}m`))
  })
}

inDrills(
  "somebody's broken file of supervisor: no worker is touched, it is named, without it the same command works",
  async () => {
    const path = '/etc/supervisor/conf.d/theirs.conf'
    const pids = await pidsOf(host, 'blog', 'idle')
    await host.must(`printf '[program:theirs]\\ncommand=/bin/true\\nuser=no-such-user\\n' >${path}`)
    try {
      assert.match(await refused(at.text('apps/shop.yml').replace('86400', '86401')), /no-such-user|theirs\.conf/)
    } finally {
      await host.must(`rm ${path}`)
    }
    await isRight()
    assert.equal(await pidsOf(host, 'blog', 'idle'), pids, "the other app's daemon ran on")
  },
)

test.run()
