import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReleaseWish } from '../../../src/model/release.ts'
import type { Step } from '../../../src/model/step.ts'
import { appPaths } from '../../../src/model/app-paths.ts'
import { isEmpty } from '../../../src/model/plan.ts'
import { FlightError } from '../../../src/model/errors.ts'
import { readPlan, writePlan } from '../../../src/engine/plan/plan-file.ts'
import { driftOf } from '../../../src/views/drift.ts'
import { type Fault, Killed, type MemoryServer } from '../../support/memory-server.ts'
import { withApps } from '../../support/builders.ts'
import { putInPlace, removeAt } from '../../support/memory/tree.ts'
import { actionsIn, apply, codesOf, planFor, refusal } from '../../support/runs.ts'
import {
  aWhileLater,
  back,
  commit,
  configuredFleet,
  copyOf,
  live,
  nameOf,
  released,
  SHOP,
  WANTED,
} from '../a-released-fleet.ts'

const ONE = nameOf('a')
const TWO = nameOf('b')
const both = (name: string | null) => [name, name]

async function withRelease(): Promise<MemoryServer[]> {
  const servers = await configuredFleet()
  assert.is((await released(servers, commit('a'))).outcome, 'done')
  return servers
}

// A command's record without the digest of its words.
const plainKey = (key: string) => key.replace(/-[0-9a-f]{8}$/, '')

// Every command of the user that succeeded, by server.
const ran = (servers: readonly MemoryServer[], release: string) =>
  servers.map(({ machine }) => machine.ran.filter((each) => each.release === release).map(({ key }) => plainKey(key)))

test('the first release goes live everywhere, starts what had to wait for it, and leaves nothing to do', async () => {
  const servers = await configuredFleet()
  assert.equal(live(servers), both(null))
  const receipt = await released(servers, commit('a'))
  assert.is(receipt.outcome, 'done', JSON.stringify(receipt.problems))
  assert.equal(live(servers), both(ONE))
  assert.equal(
    receipt.releases.map(({ app, name, artifact }) => [app, name, artifact]),
    [['shop', ONE, 'c'.repeat(64)]],
  )
  assert.equal(ran(servers, ONE), [
    ['composer', 'release-1', 'release-2', 'deploy-1', 'after-1'],
    ['composer', 'release-1', 'release-2', 'deploy-1', 'after-1'],
  ])
  assert.equal([...(servers[1]?.machine.programs.keys() ?? [])].sort(), ['shop.default.1', 'shop.default.2'])
  assert.ok(isEmpty(await planFor(WANTED, servers, { releases: [commit('a')] })), 'releasing what is live is a no-op')
  assert.ok(isEmpty(await planFor(WANTED, servers)))
})

test('the stages of a release are barriers in a fixed order; deploy commands run on one server at a time', async () => {
  const plan = await planFor(WANTED, await configuredFleet(), { releases: [commit('a')] })
  assert.equal(
    plan.stages.map(({ name }) => name),
    [
      'prepare',
      'deploy 1 of 2',
      'deploy 2 of 2',
      'check',
      'go live',
      'check live',
      'confirm',
      'after',
      'workers',
      'finish',
    ],
  )
  assert.equal(
    plan.stages.slice(1, 3).map(({ servers }) => servers.map(({ server }) => server)),
    [['web-1'], ['web-2']],
  )
})

test('workers go over to the new release, the busy ones after their job', async () => {
  const servers = await withRelease()
  const programs = servers[1]?.machine.programs
  const [name, program] = [...(programs ?? [])][0] ?? []
  if (programs === undefined || name === undefined || program === undefined) throw new Error('no programs')
  programs.set(name, { ...program, busy: true })
  assert.is((await released(servers, commit('b'))).outcome, 'done')
  assert.equal(
    [...programs].map(([each, { release, drains }]) => [each, release, drains]),
    [
      [name, ONE, true],
      ['shop.default.2', TWO, false],
    ],
  )
})

test('a server without environment file or pool, or out of reach: nothing is planned for any', async () => {
  const servers = await configuredFleet()
  servers[1]?.machine.entries.delete('/home/shop/shop/.flight/shared/.env')
  const plan = await planFor(WANTED, servers, { releases: [commit('a')] })
  assert.equal(plan.stages, [])
  assert.match(
    plan.blocked.map(({ where, what, hint }) => `${where} ${what} ${hint}`).join(),
    /web-2 .*\.env is not there: shop has no environment file on this server yet flight env:push shop FILE/,
  )
  const others = await configuredFleet()
  if (others[0] !== undefined) others[0].reachable = false
  const missing = await planFor(WANTED, others, { releases: [commit('a')] })
  assert.equal([missing.missing.map(({ where }) => where), missing.stages], [['web-1'], []])
  const without = await planFor(WANTED, others, { releases: [commit('a', ['web-1'])] })
  assert.is((await apply(without, WANTED, others)).outcome, 'done')
  assert.equal(live(others), [null, ONE])
})

test('a server that is gone by the time of apply: nothing is done on the others', async () => {
  const servers = await configuredFleet()
  const plan = await planFor(WANTED, servers, { releases: [commit('a')] })
  if (servers[1] !== undefined) servers[1].reachable = false
  assert.equal(codesOf(await refusal(apply(plan, WANTED, servers))), ['FLIGHT_UNREACHABLE'])
  assert.equal(
    servers.map(({ begun }) => begun.length > 20),
    [true, true].map(() => servers[0]?.begun.length !== undefined && servers[0].begun.length > 20),
  )
  assert.equal(live(servers), both(null))
})

test('a failing command leaves all servers on the old release; the next one has another name', async () => {
  const broken = withApps(WANTED, { ...SHOP, releaseCommands: ['artisan config:cache', 'false; exit 1'] })
  const servers = await withRelease()
  const receipt = await released(servers, commit('b'), broken)
  assert.is(receipt.outcome, 'failed')
  assert.is(receipt.problems[0]?.code, 'FLIGHT_COMMAND_FAILED')
  assert.equal(live(servers), both(ONE))
  assert.equal(
    (await released(servers, commit('b'))).releases.map(({ name }) => name),
    [nameOf('b', 2)],
  )
  assert.equal(live(servers), both(nameOf('b', 2)))
})

for (const through of ['pool', 'site'] as const) {
  test(
    `a release that does not answer through its ${through} on one server: all serve the old one, exit ` +
      `${through === 'pool' ? 1 : 7}`,
    async () => {
      const servers = await withRelease()
      servers[1]?.machine.sick.add(through)
      const receipt = await released(servers, commit('b'))
      assert.equal(
        [receipt.outcome, receipt.problems[0]?.code],
        through === 'pool' ? ['failed', 'FLIGHT_UNHEALTHY'] : ['went back', 'FLIGHT_WENT_BACK'],
      )
      assert.equal(live(servers), both(ONE))
      servers[1]?.machine.sick.clear()
      assert.is((await released(servers, commit('b'))).outcome, 'done')
      assert.equal(live(servers), both(nameOf('b', 2)), 'a failed one is never taken up again')
    },
  )
}

test('a first release that does not answer leaves no release live, and nothing that runs in its name', async () => {
  const servers = await configuredFleet(withApps(WANTED, { ...SHOP, afterCommands: [] }))
  const broken = withApps(WANTED, { ...SHOP, afterCommands: ['exit 1'] })
  const receipt = await released(servers, commit('a'), broken)
  assert.is(receipt.outcome, 'went back')
  assert.equal(live(servers), both(null))
  assert.equal([...(servers[1]?.machine.programs.keys() ?? [])], [])
})

test(
  'rollback goes to the last release that was live and healthy everywhere, then to the one before; never to one ' +
    'that failed',
  async () => {
    const servers = await withRelease()
    await released(servers, commit('b'))
    const broken = withApps(WANTED, { ...SHOP, afterCommands: ['exit 1'] })
    assert.is((await released(servers, commit('c'), broken)).outcome, 'went back')
    await released(servers, commit('d'))
    assert.equal(live(servers), both(nameOf('d')))
    const first = await planFor(WANTED, servers, { releases: [back()] })
    assert.is(first.releases[0]?.name, TWO)
    assert.match(
      first.releases[0]?.warnings?.join() ?? '',
      /migrations were called since that release was live \(in c{12}-1, d{12}-1\)/,
    )
    assert.is((await apply(first, WANTED, servers)).outcome, 'done')
    assert.equal(live(servers), both(TWO))
    assert.equal(
      (servers[1]?.machine.ran ?? []).slice(-3).map(({ release, key }) => [release, plainKey(key)]),
      [
        [TWO, 'cache-2-1'],
        [TWO, 'cache-2-2'],
        [TWO, 'after-2-1'],
      ],
      'its caches are made anew',
    )
    assert.is((await released(servers, back())).outcome, 'done')
    assert.equal(live(servers), both(ONE))
    assert.equal(codesOf(await refusal(planFor(WANTED, servers, { releases: [back()] }))), ['FLIGHT_RELEASE'])
    assert.equal(codesOf(await refusal(planFor(WANTED, servers, { releases: [back(nameOf('c'))] }))), [
      'FLIGHT_RELEASE',
    ])
    assert.is((await released(servers, back(nameOf('d').slice(0, 6)))).outcome, 'done')
    assert.equal(live(servers), both(nameOf('d')))
  },
)

test("a release that was gone back from is on nobody's way back", async () => {
  const servers = await withRelease()
  for (const wish of [commit('b'), commit('c'), back(), commit('d'), back()])
    assert.is((await released(servers, wish)).outcome, 'done')
  assert.equal(live(servers), both(TWO), 'what was live before d, not c')
  servers[0]?.machine.releases.get('shop')?.delete(ONE)
  assert.equal(
    codesOf(await refusal(planFor(WANTED, servers, { releases: [back()] }))),
    ['FLIGHT_RELEASE'],
    'not on all servers',
  )
})

test('a way back is refused while a server cannot be asked, and says how to go back without it', async () => {
  const servers = await withRelease()
  await released(servers, commit('b'))
  if (servers[1] !== undefined) servers[1].reachable = false
  const error = await refusal(planFor(WANTED, servers, { releases: [back()] }))
  assert.equal(codesOf(error), ['FLIGHT_UNREACHABLE'])
  assert.match(error.problems[0]?.hint ?? '', /--without-server web-2/)
})

test('a way back that was interrupted half way goes on to the same release', async () => {
  const servers = await withRelease()
  for (const wish of [commit('b'), commit('c')]) await released(servers, wish)
  const half = servers[0]?.machine
  if (half === undefined) throw new Error('no server')
  putInPlace(half, appPaths('shop').current, { type: 'link', target: `releases/${TWO}`, owner: 'shop', group: 'shop' })
  assert.is((await released(servers, back())).outcome, 'done')
  assert.equal(live(servers), both(TWO))
})

test('applying a plan that was made without a server that is missing is refused', async () => {
  const servers = await configuredFleet()
  if (servers[0] !== undefined) servers[0].reachable = false
  const plan = await planFor(WANTED, servers, { releases: [commit('a')] })
  assert.equal(codesOf(await refusal(apply(plan, WANTED, servers))), ['FLIGHT_UNREACHABLE'])
})

test('a left-out server is named, and joins with the name, environment file and commands of the others', async () => {
  const servers = await withRelease()
  await released(servers, commit('b', ['web-2']))
  assert.equal(live(servers), [TWO, ONE])
  const plan = await planFor(WANTED, servers)
  const told = plan.servers.flatMap(({ name, notes }) =>
    notes.filter((text) => text.includes('flight up')).map((text) => `${name}: ${text}`),
  )
  const way = 'flight up --server NAME brings the one that is behind to what the others serve'
  assert.equal(told, [
    `web-1: shop serves ${TWO} here, and ${ONE} on web-2: ${way}`,
    `web-2: shop serves ${ONE} here, and ${TWO} on web-1: ${way}`,
  ])
  const drift = driftOf(plan)
  assert.equal(
    [drift.outcome, ...drift.servers.flatMap(({ drift: of }) => of.map(({ address }) => address))],
    ['drift', 'web-1/release/shop', 'web-2/release/shop'],
  )
  assert.is(readPlan(writePlan(plan), 'plan.json').digest, plan.digest, 'and a file holds it')
  removeAt(servers[1]?.machine as MemoryServer['machine'], appPaths('shop').current)
  assert.equal(
    (await planFor(WANTED, servers)).servers.flatMap(({ notes }) => notes.filter((text) => text.includes('flight up'))),
    [`no release of shop is live here, and ${TWO} on web-1: flight up --server web-2`],
  )
  servers[1]?.machine.entries.delete('/home/shop/shop/.flight/shared/.env')
  const { commit: sha, tree, subject, ref } = commit('b') as Extract<ReleaseWish, { does: 'release' }>
  const receipt = await released(servers, {
    app: 'shop',
    does: 'join',
    name: TWO,
    note: { commit: sha, tree, subject, ref },
    artifact: 'c'.repeat(64),
    without: ['web-1'],
    environmentFrom: 'web-1',
  })
  assert.is(receipt.outcome, 'done', JSON.stringify(receipt.problems))
  assert.equal(live(servers), both(TWO))
  assert.ok(servers[1]?.machine.entries.has('/home/shop/shop/.flight/shared/.env'))
  assert.is(driftOf(await planFor(WANTED, servers)).outcome, 'none')
  assert.equal(
    (await planFor(WANTED, servers)).servers.flatMap(({ notes }) => notes.filter((text) => text.includes('flight up'))),
    [],
  )
})

test('old releases go beyond keep_releases, the live one and its predecessors stay, no name comes back', async () => {
  const servers = await configuredFleet()
  for (const digit of ['a', 'b', 'c', 'd', 'e']) {
    const { outcome, problems } = await released(servers, commit(digit))
    assert.is(outcome, 'done', `${digit}: ${JSON.stringify(problems)}`)
  }
  const there = servers.map(({ machine }) =>
    [...machine.entries.keys()]
      .filter((path) => /^\/home\/shop\/shop\/releases\/[^/]+$/.test(path))
      .map((path) => path.split('/').at(-1))
      .sort(),
  )
  assert.equal(there, [
    [nameOf('c'), nameOf('d'), nameOf('e')],
    [nameOf('c'), nameOf('d'), nameOf('e')],
  ])
  assert.is((await planFor(WANTED, servers, { releases: [commit('a')] })).releases[0]?.name, nameOf('a', 2))
})

test('two releases of one app do not run beside each other; another app on the same servers does', async () => {
  const servers = await withRelease()
  const host = servers[1]?.connect({ alive: true })
  const other = { who: 'grace', from: 'ci', what: 'app:release', since: 'now' }
  const blog = await host?.lock(other, 'sha256:b', [{ app: 'blog', release: ONE }])
  assert.is((await released(servers, commit('b'))).outcome, 'done')
  await blog?.release()
  const shop = await servers[1]?.connect({ alive: true }).lock(other, 'sha256:b', [{ app: 'shop', release: ONE }])
  assert.equal(codesOf(await refusal(released(servers, commit('c')))), ['FLIGHT_LOCKED'])
  await shop?.release()
  const whole = await servers[0]?.connect({ alive: true }).lock(other, 'sha256:b', 'server')
  assert.equal(codesOf(await refusal(released(servers, commit('c')))), ['FLIGHT_LOCKED'])
  await whole?.release()
  assert.equal(live(servers), both(TWO))
})

// The whole matrix: everything that can happen at every step of either server. Whatever it was: all serve one release
// soon after, no lock is left, no command ran twice, and the same command finishes.
const isConfirm = (step: Step | undefined) => step?.step === 'live' && step.does === 'confirm'
const FAULTS: readonly Fault['is'][] = [
  'fails',
  'again',
  'lost before',
  'lost after',
  'killed before',
  'killed after',
  'killed within',
]

for (const is of FAULTS) {
  test(
    `whatever step of whichever server ${is}: one release everywhere, no lock, no command twice, and the same ` +
      `command finishes`,
    async () => {
      const start = await withRelease()
      const whole = copyOf(start)
      await released(whole, commit('b'))
      const steps = whole.map(({ begun }) => begun.length)
      for (const [index, count] of steps.entries()) {
        for (let at = 0; at < count; at++) {
          const servers = copyOf(start)
          const where = `step ${at} (${whole[index]?.begun[at]?.step.step}) of web-${index + 1}`
          const faulty = servers[index] as MemoryServer
          faulty.faults = [{ at, is }]
          await released(servers, commit('b'), WANTED, { controller: { alive: true } }).catch((error: unknown) => {
            if (!(error instanceof Killed) && !(error instanceof FlightError)) throw error
          })
          if (is.startsWith('lost')) faulty.reachable = false
          for (const each of servers) each.settle()
          aWhileLater(servers)
          const [first, second] = live(servers)
          // Confirmed on one server and never heard by the other: no
          // two machines can agree then. The same command heals it.
          if (!isConfirm(whole[index]?.begun[at]?.step)) assert.is(first, second, `${where}: one release everywhere`)
          assert.ok(
            servers.every(({ isLocked }) => !isLocked),
            `${where}: no lock`,
          )
          let receipt = await released(servers, commit('b'))
          assert.is(receipt.outcome, 'done', `${where}: the same command finishes: ${JSON.stringify(receipt.problems)}`)
          const name = receipt.releases[0]?.name ?? ''
          assert.equal(live(servers), both(name), where)
          for (const { machine } of servers) {
            const keys = machine.ran.map(({ release, key }) => `${release} ${key}`)
            assert.equal(keys.length, new Set(keys).size, `${where}: no command twice`)
          }
          assert.equal(actionsIn(await planFor(WANTED, servers)), [], `${where}: nothing is left to do`)
          receipt = await released(servers, commit('c'))
          assert.is(receipt.outcome, 'done', where)
        }
      }
    },
  )
}

test.run()
