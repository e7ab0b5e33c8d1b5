import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writePlan } from '../../../src/engine/plan/plan-file.ts'
import type { Cluster, Definitions } from '../../../src/model/definitions.ts'
import type { Plan } from '../../../src/model/plan.ts'
import { cluster, definitions, server } from '../../support/builders.ts'
import {
  type Controller,
  type Fault,
  Killed,
  type MemoryServer,
  stateOf,
  traceOf,
} from '../../support/memory-server.ts'
import { aBareServer } from '../../support/memory/bookworm.ts'
import { makeFolders, putInPlace } from '../../support/memory/tree.ts'
import { actionsIn, apply, planFor, provision } from '../../support/runs.ts'

// A cluster of two servers, and what it may say.
const clusters: fc.Arbitrary<Cluster> = fc
  .record({
    requestDuration: fc.integer({ min: 1, max: 600 }),
    phpIni: fc.dictionary(
      fc.constantFrom('memory_limit', 'date.timezone', 'error_log'),
      fc.constantFrom('256M', 'Europe/Rome', "it's"),
      { maxKeys: 3 },
    ),
    phpReload: fc.option(fc.constant('15 4 * * *'), { nil: undefined }),
    packages: fc.subarray(['htop', 'jq', 'acl']),
    phpExtensions: fc.subarray(['soap', 'intl']),
    webServer: fc.boolean(),
  })
  .map(({ webServer, ...more }) => cluster({ ...more, servers: [server('app-1'), server('app-2', { webServer })] }))

// What a person may have left on a server: files where Flight wants its own, stopped services, installed packages.
type Mess = { files: readonly string[]; packages: readonly string[]; lists: boolean }
const messes: fc.Arbitrary<Mess> = fc.record({
  files: fc.subarray([
    '/etc/nginx/flight/limits.conf',
    '/etc/nginx/conf.d/theirs.conf',
    '/etc/php/8.2/fpm/pool.d/flight.conf',
    '/etc/cron.d/flight-php-reload',
  ]),
  packages: fc.subarray(['acl', 'curl', 'git']),
  lists: fc.boolean(),
})

function serversWith(mess: Mess): MemoryServer[] {
  return ['app-1', 'app-2'].map((name) => {
    const made = aBareServer(name)
    const { machine } = made
    for (const path of mess.files) {
      makeFolders(machine, path.slice(0, path.lastIndexOf('/')))
      putInPlace(machine, path, {
        type: 'file',
        content: Buffer.from('# somebody\n'),
        mode: '640',
        owner: 'root',
        group: 'www-data',
      })
    }
    for (const each of mess.packages) machine.packages.set(each, { name: each, version: '0.9' })
    if (mess.lists)
      machine.lists = { readAt: machine.clock, packages: machine.repositories.flatMap(({ packages }) => packages) }
    return made
  })
}

const states = (servers: readonly MemoryServer[]) => servers.map(stateOf)
const RUNS = { numRuns: 20 }

async function undisturbed(definition: Definitions, mess: Mess): Promise<unknown> {
  const servers = serversWith(mess)
  const receipt = await provision(definition, servers)
  assert.equal(receipt.problems, [])
  return states(servers)
}

// Applies and says whether the controller survived it.
async function survives(
  plan: Plan,
  definition: Definitions,
  servers: readonly MemoryServer[],
  controller: Controller,
): Promise<boolean> {
  try {
    await apply(plan, definition, servers, { controller })
    return true
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    return false
  }
}

function noLockIsLeft(servers: readonly MemoryServer[]): void {
  assert.ok(servers.every((each) => !each.isLocked))
}

test('apply, then plan is empty, whatever lay there and whatever is wanted', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, messes, async (wanted, mess) => {
      const servers = serversWith(mess)
      const receipt = await provision(definitions(wanted), servers)
      assert.equal([receipt.outcome, receipt.problems], ['done', []])
      assert.equal(actionsIn(await planFor(definitions(wanted), servers)), [])
      noLockIsLeft(servers)
    }),
    RUNS,
  )
})

test('from one definition to another: apply, then plan is empty, and nothing but the wanted is there', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, clusters, messes, async (first, second, mess) => {
      const servers = serversWith(mess)
      await provision(definitions(first), servers)
      const receipt = await provision(definitions(second), servers)
      assert.equal([receipt.outcome, receipt.problems], ['done', []])
      assert.equal(actionsIn(await planFor(definitions(second), servers)), [])
    }),
    RUNS,
  )
})

test('planning changes nothing on any server', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, messes, async (wanted, mess) => {
      const servers = serversWith(mess)
      const before = traceOf(servers)
      await planFor(definitions(wanted), servers)
      assert.is(traceOf(servers), before)
      assert.ok(servers.every((each) => each.begun.length === 0))
      noLockIsLeft(servers)
    }),
    RUNS,
  )
})

test('the same definitions and servers give the same bytes, whatever the order of keys and hosts', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, messes, async (wanted, mess) => {
      const other: Cluster = {
        ...reversed(wanted),
        phpIni: reversed(wanted.phpIni),
        servers: [...wanted.servers].reverse().map(reversed),
      }
      const [one, two] = [serversWith(mess), serversWith(mess).reverse()]
      assert.is(writePlan(await planFor(definitions(other), two)), writePlan(await planFor(definitions(wanted), one)))
    }),
    RUNS,
  )
})

function reversed<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).reverse()) as T
}

const places = fc.oneof(fc.nat(12), fc.constant('install' as const))
const deaths = fc.record({
  at: places,
  is: fc.constantFrom<Fault['is']>('killed before', 'killed within', 'killed after'),
})

test('killed at any step, planned and applied again: the same final state', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, messes, deaths, async (wanted, mess, death) => {
      const definition = definitions(wanted)
      const servers = serversWith(mess)
      ;(servers[0] as MemoryServer).faults = [death]
      const survived = await survives(await planFor(definition, servers), definition, servers, { alive: true })
      noLockIsLeft(servers)
      for (const each of servers) each.settle()
      if (!survived) assert.equal((await provision(definition, servers)).problems, [])
      assert.equal(states(servers), await undisturbed(definition, mess))
      assert.equal(actionsIn(await planFor(definition, servers)), [])
    }),
    { numRuns: 40 },
  )
})

test('killed at any step and applied again: it goes on, and a long step that still runs is followed', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, messes, deaths, async (wanted, mess, death) => {
      const definition = definitions(wanted)
      const servers = serversWith(mess)
      const [first] = servers as [MemoryServer]
      first.faults = [death]
      const plan = await planFor(definition, servers)
      const survived = await survives(plan, definition, servers, { alive: true })
      if (!survived) assert.equal((await apply(plan, definition, servers)).problems, [])
      assert.equal(states(servers), await undisturbed(definition, mess))
      assert.is(first.begun.filter(({ step }) => step.step === 'install').length, 1)
      assert.is(first.isBusy, false)
    }),
    { numRuns: 40 },
  )
})

test('another plan waits for a long step that outlived its controller', async () => {
  const definition = definitions(cluster({ servers: [server('app-1')] }))
  const servers = [aBareServer('app-1')]
  const [only] = servers as [MemoryServer]
  const plan = await planFor(definition, servers)
  only.faults = [{ at: 'install', is: 'killed within' }]
  assert.is(await survives(plan, definition, servers, { alive: true }), false)
  assert.is(only.isBusy, true)
  const other = await planFor(definition, servers)
  assert.is.not(other.digest, plan.digest)
  const results = await Promise.allSettled([apply(other, definition, servers)])
  assert.match(String(results[0]?.status === 'rejected' && results[0].reason), 'still running')
  only.settle()
  assert.equal((await provision(definition, servers)).problems, [])
})

const cuts = fc.array(
  fc.record({ at: places, is: fc.constantFrom<Fault['is']>('again', 'lost before', 'lost after') }),
  { minLength: 1, maxLength: 4 },
)

test('the connection breaks at any steps: the same final state, and no long step begins twice', async () => {
  await fc.assert(
    fc.asyncProperty(clusters, messes, cuts, async (wanted, mess, faults) => {
      const definition = definitions(wanted)
      const servers = serversWith(mess)
      const [first] = servers as [MemoryServer]
      first.faults = faults
      const plan = await planFor(definition, servers)
      const receipt = await apply(plan, definition, servers)
      noLockIsLeft(servers)
      if (receipt.outcome !== 'done') assert.ok(receipt.problems.every(({ code }) => code === 'FLIGHT_CONNECTION_LOST'))
      first.faults = []
      assert.equal((await apply(plan, definition, servers)).problems, [])
      assert.equal(states(servers), await undisturbed(definition, mess))
      assert.is(first.begun.filter(({ step }) => step.step === 'install').length, 1)
    }),
    { numRuns: 40 },
  )
})

test(
  'interrupted at any moment: no new step starts, the receipt says what was not begun, and the rest can be done ' +
    'later',
  async () => {
    await fc.assert(
      fc.asyncProperty(clusters, messes, fc.nat(12), async (wanted, mess, after) => {
        const definition = definitions(wanted)
        const servers = serversWith(mess)
        const interrupt = new AbortController()
        let performed = 0
        for (const each of servers) {
          each.onPerformed = () => {
            performed += 1
            if (performed === after + 1) interrupt.abort()
          }
        }
        const plan = await planFor(definition, servers)
        const receipt = await apply(plan, definition, servers, { signal: interrupt.signal })
        noLockIsLeft(servers)
        const actions = receipt.servers.flatMap((entry) => entry.actions)
        assert.equal(
          actions.map(({ address }) => address).sort(),
          actionsIn(plan)
            .map(({ address }) => address)
            .sort(),
        )
        if (interrupt.signal.aborted && actions.some(({ outcome }) => outcome === 'not begun')) {
          assert.is(receipt.outcome, 'interrupted')
          // One step on each server may have been on its way.
          assert.ok(performed <= after + servers.length, `${performed} steps, interrupted after ${after + 1}`)
        }
        assert.equal((await apply(plan, definition, servers)).problems, [])
        assert.equal(states(servers), await undisturbed(definition, mess))
      }),
      RUNS,
    )
  },
)

test.run()
