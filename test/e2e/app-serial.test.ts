import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LabHost } from '../lab/host.ts'
import { loud } from '../support/loud.ts'
import { app, serves } from './app-definition.ts'
import { desk, type Desk } from './desk.ts'
import { ofAll } from './drill-size.ts'
import { provisioned, web } from './fleet.ts'
import { startLoad } from './load.ts'
import { inDrills, promise } from './promise.ts'
import { planOn } from './read-plan.ts'
import { goLive } from './release.ts'

// Web servers of one app reload in waves, so that a load balancer always has somebody to ask.

let at: Desk
let hosts: LabHost[]
let workers = 3

const RELOADS = ['/usr/local/sbin/nginx', '/usr/local/sbin/php-fpm8.2']

test.before(
  loud(async () => {
    hosts = await provisioned('web-1', 'web-2')
    at = await desk(web(hosts))
    define()
    await at.expect(0, 'app:configure', 'shop', '--yes')
    for (const host of hosts) {
      await goLive(host, 'shop', 'plain')
      // Every reload is preceded by a test of the configuration: each takes two seconds here, and notes when.
      for (const path of RELOADS) {
        const real = path.replace('/local', '')
        await host.must(
          `printf '#!/bin/sh\\ncase " $* " in *" -t"*) date +%%s.%%N >>/srv/began; sleep 2; ${real} "$@"; code=$?; ` +
            `date +%%s.%%N >>/srv/ended; exit $code;; esac\\nexec ${real} "$@"\\n' >${path} && chmod 755 ${path}`,
        )
      }
    }
    await at.expect(0, 'app:configure', 'shop', '--yes')
  }),
)

// Another number of workers and other limits: FPM and nginx have to load something on both servers.
function define(): void {
  workers += 1
  at.put(
    'apps/shop.yml',
    app('shop', [serves('web-1', workers), serves('web-2', workers)], { more: `request_payload: ${workers}\n` }),
  )
}

// The servers that reload in each stage of the plan on the desk.
function waves(): string[][] {
  return planOn(at)
    .stages.map(({ servers }) =>
      servers.filter(({ actions }) => actions.some(({ verb }) => verb === 'reload')).map(({ server }) => server),
    )
    .filter((servers) => servers.length > 0)
}

type Span = [began: number, ended: number]

// From the first to the last moment in which a server was about to load something, since the last look.
async function spans(): Promise<Span[]> {
  const read = async (host: LabHost, name: string) =>
    (await host.must(`cat /srv/${name}; rm /srv/${name}`))
      .split('\n')
      .filter((line) => line !== '')
      .map(Number)
  return Promise.all(
    hosts.map(async (host): Promise<Span> => [
      Math.min(...(await read(host, 'began'))),
      Math.max(...(await read(host, 'ended'))),
    ]),
  )
}

async function forgetSpans(): Promise<void> {
  for (const host of hosts) await host.must('rm -f /srv/began /srv/ended')
}

const overlap = ([a, b]: readonly Span[]): boolean => a !== undefined && b !== undefined && a[0] < b[1] && b[0] < a[1]

// Applies what lies on the desk while visitors ask both servers; gives when each was busy.
async function applyUnderLoad(...words: readonly string[]): Promise<Span[]> {
  await forgetSpans()
  const loads = hosts.map((host) =>
    startLoad(host, [{ domain: 'shop.example.com', path: '/', visitors: 2, says: /^release a{12}-1/ }]),
  )
  await at.expect(0, ...words).finally(() => Promise.all(loads.map((load) => load.stop())))
  for (const load of loads) assert.equal((await load.stop()).failed, [])
  return spans()
}

const WAVES: [string, readonly string[]][] = [
  ['--serial 1', ['--serial', '1']],
  ['without a word about it, half', []],
]

for (const [what, flags] of ofAll(WAVES, 1)) {
  promise(`${what}: each of two web servers has stages of its own, and they never reload at once`, async () => {
    define()
    await at.expect(2, 'plan', '--app', 'shop', ...flags, '--detailed-exitcode')
    assert.ok(waves().length >= 2, JSON.stringify(planOn(at).stages.map(({ name }) => name)))
    for (const wave of waves()) assert.is(wave.length, 1, JSON.stringify(waves()))
    const times = await applyUnderLoad('apply', 'plan.json')
    assert.not.ok(overlap(times), `web-1 and web-2 were busy at ${JSON.stringify(times)}`)
    await at.expect(0, 'plan', '--detailed-exitcode')
  })
}

inDrills('app:configure --serial 1 does the same without a plan file', async () => {
  define()
  const times = await applyUnderLoad('app:configure', 'shop', '--yes', '--serial', '1')
  assert.not.ok(overlap(times), `web-1 and web-2 were busy at ${JSON.stringify(times)}`)
})

const AT_ONCE: [string, readonly string[], string][] = [
  ['`serial: 100%` in flight.yml', [], 'serial: 100%\n'],
  ['--serial 2', ['--serial', '2'], ''],
]

for (const [what, flags, settings] of ofAll(AT_ONCE, 1)) {
  promise(`${what}: both are in one stage, side by side`, async () => {
    define()
    at.put('flight.yml', `state: state\n${settings}`)
    await at.expect(2, 'plan', '--app', 'shop', ...flags, '--detailed-exitcode')
    assert.equal(
      waves().map((wave) => [...wave].sort()),
      [['web-1', 'web-2']],
    )
    assert.ok(overlap(await applyUnderLoad('apply', 'plan.json')), 'and both worked at once')
  })
}

inDrills('what needs no reload needs no waves', async () => {
  at.put('flight.yml', 'state: state\n')
  const cron = (server: string) =>
    `{ name: ${server}, web: { pm: static, max_workers: ${workers} }, cron: [ { name: nightly, at: "0 3 * * *", ` +
    `command: /bin/true } ] }`
  at.put('apps/shop.yml', app('shop', [cron('web-1'), cron('web-2')], { more: `request_payload: ${workers}\n` }))
  await at.expect(2, 'plan', '--app', 'shop', '--serial', '1', '--detailed-exitcode')
  assert.is(planOn(at).stages.length, 1)
})

promise('a server that fails in the first wave keeps the second from beginning', async () => {
  define()
  await at.expect(2, 'plan', '--app', 'shop', '--serial', '1', '--detailed-exitcode')
  const [first] = waves()[0] ?? []
  const broken = hosts.find(({ name }) => name === first)
  const later = hosts.find(({ name }) => name !== first)
  if (broken === undefined || later === undefined)
    throw new Error(`no host of the first wave: ${JSON.stringify(waves())}`)
  await broken.must(`printf '[theirs]\\nnonsense\\n' >/etc/php/8.2/fpm/pool.d/theirs.conf`)
  const state = 'cat /etc/php/8.2/fpm/pool.d/flight-shop.conf /etc/nginx/sites-enabled/flight-shop.conf | sha256sum'
  const before = await later.must(state)
  await at.expect(1, 'apply', 'plan.json')
  assert.is(await later.must(state), before, 'the other server is as it was')
  await broken.must('rm /etc/php/8.2/fpm/pool.d/theirs.conf')
  await at.expect(0, 'apply', 'plan.json')
  await at.expect(0, 'plan', '--detailed-exitcode')
})

test.run()
