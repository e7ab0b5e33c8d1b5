import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writePlan } from '../../../src/engine/plan/plan-file.ts'
import type { Definitions } from '../../../src/model/definitions.ts'
import {
  type Controller,
  type Fault,
  Killed,
  type MemoryServer,
  stateOf,
  traceOf,
} from '../../support/memory-server.ts'
import { actionsIn, apply, planFor, provision } from '../../support/runs.ts'
import { fleet, releaseAll, SERVERS, wishes } from '../a-fleet-of-apps.ts'

// The same promises as for provisioning, for servers that go from some apps to others.

const RUNS = { numRuns: 25 }
const states = (servers: readonly MemoryServer[]) => servers.map(stateOf)

// Servers on which these definitions are true, every app with a release.
async function standing(wanted: Definitions): Promise<MemoryServer[]> {
  const servers = fleet()
  assert.equal((await provision(wanted, servers)).problems, [])
  releaseAll(servers)
  assert.equal((await provision(wanted, servers)).problems, [])
  return servers
}

test('from some apps to others: apply, then plan is empty, and only what is wanted runs', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, wishes, async (first, second) => {
      const servers = await standing(first)
      const receipt = await provision(second, servers)
      assert.equal([receipt.outcome, receipt.problems], ['done', []])
      assert.equal(actionsIn(await planFor(second, servers)), [])
      for (const { machine, name } of servers) {
        const wanted = second.apps.flatMap((app) =>
          app.servers
            .filter((on) => on.name === name)
            .flatMap(({ queues }) =>
              queues.flatMap((queue) =>
                Array.from({ length: queue.workers }, (_, index) => `${app.name}.${queue.name}.${index + 1}`),
              ),
            ),
        )
        const has = second.apps
          .filter((app) => machine.entries.has(`/home/${app.name}/${app.name}/current`))
          .map((app) => app.name)
        assert.equal(
          [...machine.programs.keys()].sort(),
          wanted.filter((program) => has.includes(program.split('.')[0] as string)).sort(),
        )
      }
    }),
    RUNS,
  )
})

test('planning apps changes nothing, and the same definitions give the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, wishes, async (first, second) => {
      const servers = await standing(first)
      const before = traceOf(servers)
      const plan = writePlan(await planFor(second, servers))
      assert.is(traceOf(servers), before)
      assert.is(
        writePlan(
          await planFor(
            { ...second, apps: [...second.apps].reverse().sort((a, b) => (a.name < b.name ? -1 : 1)) },
            [...servers].reverse(),
          ),
        ),
        plan,
      )
    }),
    RUNS,
  )
})

const deaths = fc.record({
  server: fc.constantFrom(...SERVERS),
  at: fc.oneof(
    fc.nat(15),
    fc.constantFrom('service' as const, 'programs' as const, 'retire' as const, 'write' as const),
  ),
  is: fc.constantFrom<Fault['is']>(
    'killed before',
    'killed within',
    'killed after',
    'lost before',
    'lost after',
    'fails',
  ),
})

async function run(work: (controller: Controller) => Promise<unknown>): Promise<void> {
  try {
    await work({ alive: true })
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
}

test('killed, cut or failed at any step between two states: planned and applied again, the same end', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, wishes, deaths, async (first, second, { server, ...fault }) => {
      const servers = await standing(first)
      const undisturbed = await standing(first)
      assert.equal((await provision(second, undisturbed)).problems, [])
      for (const each of servers) if (each.name === server) each.faults = [fault]
      await run((controller) => provision(second, servers, { controller }))
      for (const each of servers) {
        each.faults = []
        each.settle()
        assert.is(each.isLocked, false)
      }
      assert.equal((await provision(second, servers)).problems, [])
      assert.equal(states(servers), states(undisturbed))
      assert.equal(actionsIn(await planFor(second, servers)), [])
    }),
    { numRuns: 60 },
  )
})

test('killed at any step between two states: the same plan goes on where it stopped', async () => {
  await fc.assert(
    fc.asyncProperty(wishes, wishes, deaths, async (first, second, { server, ...fault }) => {
      const servers = await standing(first)
      const plan = await planFor(second, servers)
      for (const each of servers) if (each.name === server) each.faults = [fault]
      await run((controller) => apply(plan, second, servers, { controller }))
      for (const each of servers) {
        each.faults = []
        each.settle()
      }
      assert.equal((await apply(plan, second, servers)).problems, [])
      assert.equal(actionsIn(await planFor(second, servers)), [])
    }),
    { numRuns: 60 },
  )
})

test.run()
