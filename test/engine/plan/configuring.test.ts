import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { makePlan } from '../../../src/engine/plan/make-plan.ts'
import { app, cluster, definitions, EVERYTHING, on, server, withApps } from '../../support/builders.ts'
import { connectTo } from '../../support/memory-server.ts'
import { finishJobs } from '../../support/memory/programs.ts'
import { actionsIn, apply, codesOf, planFor, provision, refusal } from '../../support/runs.ts'
import { configured, fleet, named, QUEUE, release, said, shop, text, withFleet } from '../a-fleet-of-apps.ts'

test('an app without a release is configured without its workers and its scheduler, and the plan says so', async () => {
  const servers = fleet()
  const wanted = withFleet(shop(['web-1', { queues: [QUEUE], scheduler: true }]))
  assert.equal((await provision(wanted, servers)).outcome, 'done')
  const again = await planFor(wanted, servers)
  assert.equal(actionsIn(again), [])
  assert.match(
    again.servers[0]?.notes.join('\n') ?? '',
    'cron of shop, workers of shop: not before there is a release (/home/shop/shop/current)',
  )
  assert.is(text(named(servers, 'web-1'), '/etc/supervisor/conf.d/flight-shop.conf'), '')
  release(named(servers, 'web-1'), 'shop')
  assert.equal(said(await planFor(wanted, servers)), [
    [
      'configure',
      'create web-1/file//etc/cron.d/flight-shop',
      'create web-1/file//etc/supervisor/conf.d/flight-shop.conf',
      'start web-1/programs/shop',
    ],
  ])
})

test('a bad file of supervisor is put back, and the programs go on', async () => {
  const servers = await configured(withFleet(shop(['web-1', { queues: [QUEUE] }])))
  const receipt = await provision(
    withFleet(shop(['web-1', { queues: [{ ...QUEUE, command: 'queue:work nonsense' }] }])),
    servers,
  )
  assert.equal(
    receipt.problems.map(({ code }) => code),
    ['FLIGHT_BAD_CONFIGURATION'],
  )
  assert.not.match(text(named(servers, 'web-1'), '/etc/supervisor/conf.d/flight-shop.conf'), 'nonsense')
  assert.is(named(servers, 'web-1').machine.programs.size, 2)
})

test(
  'fewer workers and more again under a job: nothing waits for it, the others go on, and the plan is empty all ' +
    'the time',
  async () => {
    const queues = (workers: number) => withFleet(shop(['web-1', { queues: [{ ...QUEUE, workers }] }]))
    const servers = await configured(queues(3))
    const { machine } = named(servers, 'web-1')
    const busy = machine.programs.get('shop.default.3')
    if (busy === undefined) throw new Error('there is no third worker')
    machine.programs.set('shop.default.3', { ...busy, busy: true })
    for (const workers of [2, 3]) {
      assert.equal((await provision(queues(workers), servers)).problems, [])
      assert.is(machine.programs.get('shop.default.3')?.drains, true)
      const said: string[] = []
      const plan = await planFor(queues(workers), servers, {
        listen: (event) => said.push(event.event === 'note' ? event.text : ''),
      })
      assert.equal(actionsIn(plan), [])
      assert.equal(
        said.filter((text) => text !== ''),
        ['web-1: shop.default.3 finishes its job first'],
      )
      assert.not.match(plan.servers[0]?.notes.join('\n') ?? '', 'shop.default.3', 'that is otherwise soon')
    }
    finishJobs(machine)
    assert.equal([...machine.programs.keys()].sort(), ['shop.default.1', 'shop.default.2', 'shop.default.3'])
    assert.equal(actionsIn(await planFor(queues(3), servers)), [])
  },
)

test('workers of one app that do not run stop no other app of the server', async () => {
  const failing = { ...QUEUE, command: 'exit 1' }
  const both = (queue: typeof QUEUE) =>
    withFleet(
      app('blog', [on('web-1', { queues: [queue] })]),
      shop(['web-1', { queues: [{ ...QUEUE, workers: 3 }], scheduler: true }]),
    )
  const servers = await configured(withFleet(app('blog', [on('web-1')]), shop(['web-1'])))
  const receipt = await provision(both(failing), servers)
  assert.is(receipt.outcome, 'failed')
  assert.match(
    receipt.problems.map(({ where, what }) => `${where} ${what}`).join('\n'),
    'web-1: web-1/programs/blog blog.default.1 does not run',
  )
  const { machine } = named(servers, 'web-1')
  assert.equal([...machine.programs.keys()].filter((name) => name.startsWith('shop.')).length, 3)
  assert.match(text(named(servers, 'web-1'), '/etc/cron.d/flight-shop'), 'schedule:run')
  assert.equal((await provision(both(QUEUE), servers)).problems, [])
})

test('a name that another site of Flight still has is refused while planning, unless the plan has both', async () => {
  const blog = (...domains: string[]) => app('blog', [on('web-1')], { domains })
  const servers = await configured(withFleet(blog('blog.example.com', 'x.example.com'), shop(['web-1'])))
  const moved = withFleet(blog('blog.example.com'), {
    ...shop(['web-1']),
    domains: ['shop.example.com', 'x.example.com'],
  })
  const alone = await planFor(moved, servers, { scope: { clusters: [], apps: ['shop'], servers: [] } })
  assert.equal(actionsIn(alone), [])
  assert.match(
    alone.blocked.map(({ where, what }) => `${where} ${what}`).join('\n'),
    /flight-blog\.conf:\d+ the site of blog still has the name x\.example\.com here/,
  )
  assert.equal((await provision(moved, servers)).problems, [])
  const gone = withFleet({ ...shop(['web-1']), domains: ['shop.example.com', 'x.example.com', 'blog.example.com'] })
  assert.equal((await provision(gone, servers)).problems, [])
})

test('a plan that hangs on a server ends when it is interrupted', async () => {
  const servers = fleet()
  const interrupt = new AbortController()
  const never = new Promise<never>(() => undefined)
  const plan = makePlan({
    definitions: withFleet(),
    asked: { undertaking: 'configuration', scope: EVERYTHING, apps: true, serial: 'half', allow: [] },
    parallel: 2,
    listen: () => undefined,
    signal: interrupt.signal,
    connect: async (to) => ({
      ...(await connectTo(servers)(to)),
      probe: () => {
        setImmediate(() => interrupt.abort())
        return never
      },
    }),
  })
  assert.equal(codesOf(await refusal(plan)), ['FLIGHT_INTERRUPTED'])
})

test('web servers of an app reload in waves, everything else at once', async () => {
  const names = ['web-1', 'web-2', 'web-3', 'web-4', 'db-1']
  const wanted = (requestDuration: number) =>
    withApps(
      definitions(
        cluster({ requestDuration, servers: names.map((name) => server(name, { webServer: !name.startsWith('db') })) }),
      ),
      shop(['web-1'], ['web-2'], ['web-3'], ['web-4']),
    )
  const { aBareServer } = await import('../../support/memory/bookworm.ts')
  const servers = names.map((name) => aBareServer(name))
  assert.equal(
    (await planFor(wanted(30), servers)).stages.map(({ name, servers: all }) => [name, all.length]),
    [['configure', 5]],
  )
  await provision(wanted(30), servers)
  const waves = async (serial: number | 'half') =>
    (await planFor(wanted(60), servers, { serial })).stages.map(({ name, servers: all }) => [name, all.length])
  assert.equal(await waves('half'), [
    ['configure 1 of 2', 2],
    ['configure 2 of 2', 2],
  ])
  assert.equal(await waves(1), [
    ['configure 1 of 4', 1],
    ['configure 2 of 4', 1],
    ['configure 3 of 4', 1],
    ['configure 4 of 4', 1],
  ])
  assert.equal(await waves(4), [['configure', 4]])
})

test('a wave that fails ends it: the others keep what they have', async () => {
  const servers = await configured(withFleet(shop(['web-1'], ['web-2'])))
  const bad = withFleet({
    ...shop(['web-1'], ['web-2']),
    nginx: {
      proxy: {},
      basicAuth: undefined,
      tls: undefined,
      include: { file: 'apps/x.conf', content: 'nonsense;\n' },
    },
  })
  const receipt = await provision(bad, servers)
  const second = receipt.servers.find(({ name }) => name === 'web-2')
  assert.ok(second?.actions.length !== 0 && second?.actions.every(({ outcome }) => outcome === 'not begun'))
  assert.match(
    receipt.problems.map(({ what }) => what).join('\n'),
    'the stage "configure 2 of 2" was not begun, because of web-1',
  )
  assert.equal(
    receipt.problems.map(({ server, cause }) => [server, cause]),
    [
      ['web-1', undefined],
      ['web-2', { server: 'web-1' }],
    ],
  )
})

test('passwords stand in no plan, and arrive on the server', async () => {
  const passwords = 'ada:$2y$05$abcdefghijklmnopqrstuv\n'
  const wanted = withFleet({
    ...shop(['web-1']),
    nginx: { proxy: {}, tls: undefined, include: undefined, basicAuth: { file: 'apps/htpasswd', content: passwords } },
  })
  const servers = fleet()
  const plan = await planFor(wanted, servers)
  assert.not.match(JSON.stringify(plan), 'abcdefghijklmnopqrstuv')
  assert.equal((await apply(plan, wanted, servers)).problems, [])
  assert.is(text(named(servers, 'web-1'), '/etc/nginx/flight/shop.htpasswd'), passwords)
  const other = withFleet({
    ...shop(['web-1']),
    nginx: {
      proxy: {},
      tls: undefined,
      include: undefined,
      basicAuth: { file: 'apps/htpasswd', content: 'ada:other\n' },
    },
  })
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
