import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { app, on } from '../../support/builders.ts'
import { actionsIn, apply, planFor, provision } from '../../support/runs.ts'
import { configured, named, QUEUE, said, shop, text, withFleet } from '../a-fleet-of-apps.ts'

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
    [
      'retire',
      'retire web-1/retired//etc/php/8.2/fpm/pool.d/flight-shop.conf',
      'reload web-1/service/php8.2-fpm.service after retiring',
    ],
  ])
  assert.equal((await provision(moved, servers)).problems, [])
  assert.equal(actionsIn(await planFor(moved, servers)), [])
})

test('a scheduler and a queue that move: on the new server first, then off the old one', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE], scheduler: true }], ['web-2'])))
  const moved = withFleet(shop(['web-1'], ['web-2', { queues: [QUEUE], scheduler: true }]))
  assert.equal(said(await planFor(moved, servers)), [
    [
      'configure',
      'create web-2/file//etc/cron.d/flight-shop',
      'create web-2/file//etc/supervisor/conf.d/flight-shop.conf',
      'start web-2/programs/shop',
    ],
    [
      'retire',
      'retire web-1/retired//etc/cron.d/flight-shop',
      'retire web-1/retired//etc/supervisor/conf.d/flight-shop.conf',
      'retire web-1/programs/shop',
    ],
  ])
  assert.equal((await provision(moved, servers)).problems, [])
  assert.equal([...named(servers, 'web-1').machine.programs.keys()], [])
  assert.equal([...named(servers, 'web-2').machine.programs.keys()], ['shop.default.1', 'shop.default.2'])
})

test('an app that is taken off a server is retired there by its own scope alone; left-overs are named', async () => {
  const servers = await configured(
    withFleet(shop(['web-1'], ['web-2', { queues: [QUEUE] }]), app('blog', [on('web-2')])),
  )
  const moved = withFleet(shop(['web-1']), app('blog', [on('web-2')]))
  const plan = await planFor(moved, servers, { scope: { clusters: [], apps: ['shop'], servers: [] } })
  assert.equal(
    said(plan).map(([stage]) => stage),
    ['retire'],
  )
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
  assert.match(
    plan.servers[0]?.notes.join('\n') ?? '',
    'shop: what is no longer wanted here stays until all servers of shop are in one plan',
  )
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
  assert.equal(
    receipt.servers.find(({ name }) => name === 'web-1')?.actions.map(({ outcome }) => outcome),
    ['not begun'],
  )
  assert.match(text(named(servers, 'web-1'), '/etc/cron.d/flight-shop'), 'schedule:run')
})

test('nothing is retired when what takes over does not work', async () => {
  const servers = await configured(withFleet(shop(['web-1', { scheduler: true }], ['web-2'])))
  const moved = withFleet({
    ...shop(['web-1'], ['web-2', { scheduler: true }]),
    nginx: {
      proxy: {},
      basicAuth: undefined,
      tls: undefined,
      include: { file: 'apps/x.conf', content: 'nonsense;\n' },
    },
  })
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

test('killed between writing and loading the workers of a removed app: the next plan still ends them', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE] }])))
  const web = named(servers, 'web-1')
  web.faults = [{ at: 'programs', is: 'fails' }]
  await provision(withFleet(), servers)
  assert.equal([...web.machine.programs.keys()], ['shop.default.1', 'shop.default.2'])
  assert.ok(
    actionsIn(await planFor(withFleet(), servers)).some(
      ({ address, verb }) => address === 'web-1/programs/shop' && verb === 'retire',
    ),
  )
  assert.equal((await provision(withFleet(), servers)).problems, [])
  assert.equal([...web.machine.programs.keys()], [])
})

test('what an app still needs is not called left over', async () => {
  const servers = await configured(withFleet(shop(['web-1', { scheduler: true }], ['web-2'])))
  const moved = withFleet(shop(['web-2', { scheduler: true }]))
  const left = async (options: Parameters<typeof planFor>[2]) =>
    (await planFor(moved, servers, options)).servers.find(({ name }) => name === 'web-1')?.leftovers ?? []
  assert.equal(await left({ scope: { clusters: [], apps: [], servers: ['web-1'] } }), [])
  assert.match((await left({})).map(({ remove }) => remove).join('\n'), 'userdel --remove shop')
})

test.run()
