import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Definitions } from '../../src/model/definitions.ts'
import type { Plan } from '../../src/model/plan.ts'
import { makePlan } from '../../src/engine/make-plan.ts'
import { app, cluster, definitions, EVERYTHING, on, server, withApps } from '../support/builders.ts'
import { connectTo, type MemoryServer } from '../support/memory-server.ts'
import { finishJobs } from '../support/memory/programs.ts'
import { contentAt } from '../support/memory/tree.ts'
import { actionsIn, apply, codesOf, planFor, provision, refusal } from '../support/runs.ts'
import { fleet, release, releaseAll, withFleet } from './a-fleet-of-apps.ts'

const QUEUE = { name: 'default', command: 'queue:work', workers: 2, stopWaitTimeout: 3600 }
const shop = (...servers: Parameters<typeof on>[]) => app('shop', servers.map((each) => on(...each)))

const said = (plan: Plan) => plan.stages.map((stage) => [stage.name, ...stage.servers.flatMap((entry) => entry.actions.map(({ verb, address }) => `${verb} ${address}`))])
const named = (servers: readonly MemoryServer[], name: string) => servers.find((each) => each.name === name) as MemoryServer
const text = (of: MemoryServer, path: string) => contentAt(of.machine, path)?.toString('utf8') ?? ''

async function configured(wanted: Definitions): Promise<MemoryServer[]> {
  const servers = fleet()
  await provision(wanted, servers)
  releaseAll(servers)
  assert.equal((await provision(wanted, servers)).problems, [])
  assert.equal(actionsIn(await planFor(wanted, servers)), [])
  return servers
}

test('an app that has no release yet is configured without its workers and its scheduler, and the plan says so', async () => {
  const servers = fleet()
  const wanted = withFleet(shop(['web-1', { queues: [QUEUE], scheduler: true }]))
  assert.equal((await provision(wanted, servers)).outcome, 'done')
  const again = await planFor(wanted, servers)
  assert.equal(actionsIn(again), [])
  assert.match(again.servers[0]?.notes.join('\n') ?? '', 'cron of shop, workers of shop: not before there is a release (/home/shop/shop/current)')
  assert.is(text(named(servers, 'web-1'), '/etc/supervisor/conf.d/flight-shop.conf'), '')
  release(named(servers, 'web-1'), 'shop')
  assert.equal(said(await planFor(wanted, servers)), [
    ['configure', 'create web-1/file//etc/cron.d/flight-shop', 'create web-1/file//etc/supervisor/conf.d/flight-shop.conf', 'start web-1/programs/shop'],
  ])
})

test('another PHP version: the new pool first, then nginx, then the old pool goes', async () => {
  const servers = await configured(withFleet(shop(['web-1'])))
  const moved = withFleet({ ...shop(['web-1']), php: '8.4' })
  assert.equal(said(await planFor(moved, servers)), [
    [
      'configure',
      'create web-1/file//etc/php/8.4/fpm/pool.d/flight-shop.conf',
      'update web-1/file//etc/nginx/sites-enabled/flight-shop.conf',
      'reload web-1/service/php8.4-fpm.service',
      'reload web-1/service/nginx.service',
    ],
    ['retire', 'retire web-1/retired//etc/php/8.2/fpm/pool.d/flight-shop.conf', 'reload web-1/service/php8.2-fpm.service after retiring'],
  ])
  assert.equal((await provision(moved, servers)).problems, [])
  assert.equal(actionsIn(await planFor(moved, servers)), [])
})

test('a scheduler and a queue that move: on the new server first, then off the old one', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE], scheduler: true }], ['web-2'])))
  const moved = withFleet(shop(['web-1'], ['web-2', { queues: [QUEUE], scheduler: true }]))
  assert.equal(said(await planFor(moved, servers)), [
    ['configure', 'create web-2/file//etc/cron.d/flight-shop', 'create web-2/file//etc/supervisor/conf.d/flight-shop.conf', 'start web-2/programs/shop'],
    ['retire', 'retire web-1/retired//etc/cron.d/flight-shop', 'retire web-1/retired//etc/supervisor/conf.d/flight-shop.conf', 'retire web-1/programs/shop'],
  ])
  assert.equal((await provision(moved, servers)).problems, [])
  assert.equal([...named(servers, 'web-1').machine.programs.keys()], [])
  assert.equal([...named(servers, 'web-2').machine.programs.keys()], ['shop.default.1', 'shop.default.2'])
})

test('an app that is taken off a server is retired there by its own scope alone, and what is left over is named', async () => {
  const servers = await configured(withFleet(shop(['web-1'], ['web-2', { queues: [QUEUE] }]), app('blog', [on('web-2')])))
  const moved = withFleet(shop(['web-1']), app('blog', [on('web-2')]))
  const plan = await planFor(moved, servers, { scope: { clusters: [], apps: ['shop'], servers: [] } })
  assert.equal(said(plan).map(([stage]) => stage), ['retire'])
  assert.ok(actionsIn(plan).every(({ address }) => address.startsWith('web-2/')))
  assert.equal((await apply(plan, moved, servers)).problems, [])
  const web = named(servers, 'web-2')
  assert.match(text(web, '/etc/nginx/sites-enabled/flight-shop.conf'), /^# Retired by Flight/)
  assert.match(text(web, '/etc/nginx/sites-enabled/flight-blog.conf'), 'server_name')
  assert.ok(web.machine.entries.has('/home/shop/shop/.flight/shared/storage/app'))
  const after = await planFor(moved, servers)
  assert.equal(actionsIn(after), [])
  const left = after.servers.find(({ name }) => name === 'web-2')?.leftovers ?? []
  assert.match(left.map(({ what, remove }) => `${what} ${remove}`).join('\n'), /\/home\/shop.*userdel/)
})

test('what an app leaves behind stays while a server that it lists cannot be asked', async () => {
  const servers = await configured(withFleet(shop(['web-1', { scheduler: true }], ['web-2'])))
  const moved = withFleet(shop(['web-1'], ['web-2', { scheduler: true }]))
  named(servers, 'web-2').reachable = false
  const plan = await planFor(moved, servers)
  assert.equal(actionsIn(plan), [])
  assert.match(plan.servers[0]?.notes.join('\n') ?? '', 'shop: what is no longer wanted here stays until all servers of shop are in one plan')
})

test('what an app leaves behind on a server is not retired by a plan for that server alone', async () => {
  const servers = await configured(withFleet(shop(['web-1', { scheduler: true }], ['web-2'])))
  const moved = withFleet(shop(['web-1'], ['web-2', { scheduler: true }]))
  const plan = await planFor(moved, servers, { scope: { clusters: [], apps: [], servers: ['web-1'] } })
  assert.equal(actionsIn(plan), [])
  assert.match(plan.servers[0]?.notes.join('\n') ?? '', 'stays until all servers of shop are in one plan')
})

test('nothing is retired when the server that takes over cannot be reached any more while applying', async () => {
  const servers = await configured(withFleet(shop(['web-1', { scheduler: true }], ['web-2'])))
  const moved = withFleet(shop(['web-1'], ['web-2', { scheduler: true }]))
  const plan = await planFor(moved, servers)
  named(servers, 'web-2').reachable = false
  const receipt = await apply(plan, moved, servers)
  assert.is(receipt.outcome, 'failed')
  assert.equal(receipt.servers.find(({ name }) => name === 'web-1')?.actions.map(({ outcome }) => outcome), ['not begun'])
  assert.match(text(named(servers, 'web-1'), '/etc/cron.d/flight-shop'), 'schedule:run')
})

test('nothing is retired when what takes over does not work', async () => {
  const servers = await configured(withFleet(shop(['web-1', { scheduler: true }], ['web-2'])))
  const moved = withFleet({ ...shop(['web-1'], ['web-2', { scheduler: true }]), nginx: { proxy: {}, basicAuth: undefined, tls: undefined, include: { file: 'apps/x.conf', content: 'nonsense;\n' } } })
  const receipt = await provision(moved, servers)
  assert.is(receipt.outcome, 'failed')
  assert.ok(receipt.problems.some(({ code }) => code === 'FLIGHT_BAD_CONFIGURATION'))
  assert.match(text(named(servers, 'web-1'), '/etc/cron.d/flight-shop'), 'schedule:run')
  assert.is(text(named(servers, 'web-1'), '/etc/nginx/flight/shop.include.conf'), '')
})

test('killed between retiring and loading: the next plan shows the load', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE] }])))
  const without = withFleet()
  const plan = await planFor(without, servers)
  const web = named(servers, 'web-1')
  web.faults = [{ at: 'service', is: 'fails' }]
  assert.is((await apply(plan, without, servers)).outcome, 'failed')
  assert.ok(actionsIn(await planFor(without, servers)).some(({ address }) => address === 'web-1/service/nginx.service'))
  const again = await apply(plan, without, servers)
  assert.equal([again.outcome, again.problems], ['done', []])
  assert.equal(actionsIn(await planFor(without, servers)), [])
})

test('killed between writing and loading the workers of an app that is gone: the next plan still ends them', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE] }])))
  const web = named(servers, 'web-1')
  web.faults = [{ at: 'programs', is: 'fails' }]
  await provision(withFleet(), servers)
  assert.equal([...web.machine.programs.keys()], ['shop.default.1', 'shop.default.2'])
  assert.ok(actionsIn(await planFor(withFleet(), servers)).some(({ address, verb }) => address === 'web-1/programs/shop' && verb === 'retire'))
  assert.equal((await provision(withFleet(), servers)).problems, [])
  assert.equal([...web.machine.programs.keys()], [])
})

test('a bad file of supervisor is put back, and the programs go on', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE] }])))
  const receipt = await provision(withFleet(shop(['web-1', { queues: [{ ...QUEUE, command: 'queue:work nonsense' }] }])), servers)
  assert.equal(receipt.problems.map(({ code }) => code), ['FLIGHT_BAD_CONFIGURATION'])
  assert.not.match(text(named(servers, 'web-1'), '/etc/supervisor/conf.d/flight-shop.conf'), 'nonsense')
  assert.is(named(servers, 'web-1').machine.programs.size, 2)
})

test('fewer workers and more again under a job: nothing waits for it, the others go on, and the plan is empty all the time', async () => {
  const queues = (workers: number) => withFleet(shop(['web-1', { queues: [{ ...QUEUE, workers }] }]))
  const servers = await configured(queues(3))
  const { machine } = named(servers, 'web-1')
  const busy = machine.programs.get('shop.default.3')
  if (busy === undefined) throw new Error('there is no third worker')
  machine.programs.set('shop.default.3', { ...busy, busy: true })
  for (const workers of [2, 3]) {
    assert.equal((await provision(queues(workers), servers)).problems, [])
    assert.is(machine.programs.get('shop.default.3')?.drains, true)
    const plan = await planFor(queues(workers), servers)
    assert.equal(actionsIn(plan), [])
    assert.match(plan.servers[0]?.notes.join('\n') ?? '', 'shop.default.3 finishes its job first')
  }
  finishJobs(machine)
  assert.equal([...machine.programs.keys()].sort(), ['shop.default.1', 'shop.default.2', 'shop.default.3'])
  assert.equal(actionsIn(await planFor(queues(3), servers)), [])
})

test('workers of one app that do not run stop no other app of the server', async () => {
  const failing = { ...QUEUE, command: 'exit 1' }
  const both = (queue: typeof QUEUE) => withFleet(app('blog', [on('web-1', { queues: [queue] })]), shop(['web-1', { queues: [{ ...QUEUE, workers: 3 }], scheduler: true }]))
  const servers = await configured(withFleet(app('blog', [on('web-1')]), shop(['web-1'])))
  const receipt = await provision(both(failing), servers)
  assert.is(receipt.outcome, 'failed')
  assert.match(receipt.problems.map(({ where, what }) => `${where} ${what}`).join('\n'), 'web-1: web-1/programs/blog blog.default.1 does not run')
  const { machine } = named(servers, 'web-1')
  assert.equal([...machine.programs.keys()].filter((name) => name.startsWith('shop.')).length, 3)
  assert.match(text(named(servers, 'web-1'), '/etc/cron.d/flight-shop'), 'schedule:run')
  assert.equal((await provision(both(QUEUE), servers)).problems, [])
})

test('a name that another site of Flight still has is refused while planning, unless that one is in the plan', async () => {
  const blog = (...domains: string[]) => app('blog', [on('web-1')], { domains })
  const servers = await configured(withFleet(blog('blog.example.com', 'x.example.com'), shop(['web-1'])))
  const moved = withFleet(blog('blog.example.com'), { ...shop(['web-1']), domains: ['shop.example.com', 'x.example.com'] })
  const alone = await planFor(moved, servers, { scope: { clusters: [], apps: ['shop'], servers: [] } })
  assert.equal(actionsIn(alone), [])
  assert.match(alone.blocked.map(({ where, what }) => `${where} ${what}`).join('\n'), /flight-blog\.conf:\d+ the site of blog still has the name x\.example\.com here/)
  assert.equal((await provision(moved, servers)).problems, [])
  const gone = withFleet({ ...shop(['web-1']), domains: ['shop.example.com', 'x.example.com', 'blog.example.com'] })
  assert.equal((await provision(gone, servers)).problems, [])
})

test('what an app still needs is not called left over', async () => {
  const servers = await configured(withFleet(shop(['web-1', { scheduler: true }], ['web-2'])))
  const moved = withFleet(shop(['web-2', { scheduler: true }]))
  const left = async (options: Parameters<typeof planFor>[2]) => (await planFor(moved, servers, options)).servers.find(({ name }) => name === 'web-1')?.leftovers ?? []
  assert.equal(await left({ scope: { clusters: [], apps: [], servers: ['web-1'] } }), [])
  assert.match((await left({})).map(({ remove }) => remove).join('\n'), 'userdel --remove shop')
})

test('a plan that hangs on a server ends when it is interrupted', async () => {
  const servers = fleet()
  const interrupt = new AbortController()
  const never = new Promise<never>(() => undefined)
  const plan = makePlan({ definitions: withFleet(), scope: EVERYTHING, apps: true, serial: 'half', allowUpgrades: false, parallel: 2, listen: () => undefined, signal: interrupt.signal, connect: async (to) => ({ ...(await connectTo(servers)(to)), probe: () => never }) })
  setTimeout(() => interrupt.abort(), 20)
  assert.equal(codesOf(await refusal(plan)), ['FLIGHT_INTERRUPTED'])
})

test('web servers of an app reload in waves, everything else at once', async () => {
  const names = ['web-1', 'web-2', 'web-3', 'web-4', 'db-1']
  const wanted = (requestDuration: number) => withApps(definitions(cluster({ requestDuration, servers: names.map((name) => server(name, { webServer: !name.startsWith('db') })) })), shop(['web-1'], ['web-2'], ['web-3'], ['web-4']))
  const { aBareServer } = await import('../support/memory/bookworm.ts')
  const servers = names.map((name) => aBareServer(name))
  assert.equal((await planFor(wanted(30), servers)).stages.map(({ name, servers: all }) => [name, all.length]), [['configure', 5]])
  await provision(wanted(30), servers)
  const waves = async (serial: number | 'half') => (await planFor(wanted(60), servers, { serial })).stages.map(({ name, servers: all }) => [name, all.length])
  assert.equal(await waves('half'), [['configure 1 of 2', 2], ['configure 2 of 2', 2]])
  assert.equal(await waves(1), [['configure 1 of 4', 1], ['configure 2 of 4', 1], ['configure 3 of 4', 1], ['configure 4 of 4', 1]])
  assert.equal(await waves(4), [['configure', 4]])
})

test('a wave that fails ends it: the others keep what they have', async () => {
  const servers = await configured(withFleet(shop(['web-1'], ['web-2'])))
  const bad = withFleet({ ...shop(['web-1'], ['web-2']), nginx: { proxy: {}, basicAuth: undefined, tls: undefined, include: { file: 'apps/x.conf', content: 'nonsense;\n' } } })
  const receipt = await provision(bad, servers)
  const second = receipt.servers.find(({ name }) => name === 'web-2')
  assert.ok(second?.actions.length !== 0 && second?.actions.every(({ outcome }) => outcome === 'not begun'))
  assert.match(receipt.problems.map(({ what }) => what).join('\n'), 'the stage "configure 2 of 2" was not begun, because of web-1')
})

test('passwords stand in no plan, and arrive on the server', async () => {
  const passwords = 'ada:$2y$05$abcdefghijklmnopqrstuv\n'
  const wanted = withFleet({ ...shop(['web-1']), nginx: { proxy: {}, tls: undefined, include: undefined, basicAuth: { file: 'apps/htpasswd', content: passwords } } })
  const servers = fleet()
  const plan = await planFor(wanted, servers)
  assert.not.match(JSON.stringify(plan), 'abcdefghijklmnopqrstuv')
  assert.equal((await apply(plan, wanted, servers)).problems, [])
  assert.is(text(named(servers, 'web-1'), '/etc/nginx/flight/shop.htpasswd'), passwords)
  const other = withFleet({ ...shop(['web-1']), nginx: { proxy: {}, tls: undefined, include: undefined, basicAuth: { file: 'apps/htpasswd', content: 'ada:other\n' } } })
  const change = await planFor(other, servers)
  assert.not.match(JSON.stringify(change), 'abcdefghijklmnopqrstuv')
  assert.not.match(JSON.stringify(change), 'ada:other')
  assert.equal((await apply(change, other, servers)).problems, [])
})

test('provisioning alone leaves apps as they are', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE], scheduler: true }])))
  const wanted = withFleet()
  assert.equal(actionsIn(await planFor(wanted, servers, { apps: false })), [])
  assert.ok(actionsIn(await planFor(wanted, servers)).length > 0)
})

test.run()
