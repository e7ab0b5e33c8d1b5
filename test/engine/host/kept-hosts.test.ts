import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts'
import { keepingHosts, type LastingHost } from '../../../src/engine/host/kept-hosts.ts'
import { makePlan } from '../../../src/engine/plan/make-plan.ts'
import type { Server } from '../../../src/model/server.ts'
import { CARGO, HOLDER, server } from '../../support/builders.ts'
import { connectTo, type MemoryServer } from '../../support/memory-server.ts'
import { codesOf, refusal } from '../../support/runs.ts'
import { commit, configuredFleet, live, nameOf, WANTED } from '../a-released-fleet.ts'

// Opens hosts in memory, and writes down which of them were
// opened and closed. `usable`: what a host that was kept says.
function opener(servers: readonly MemoryServer[], usable: { yes: boolean }) {
  const opened: string[] = []
  const closed: string[] = []
  const connect = connectTo(servers)
  const open = async (to: Server): Promise<LastingHost> => {
    const host = await connect(to)
    opened.push(to.name)
    const close = () => {
      closed.push(to.name)
      host.close()
    }
    return { ...host, close, isUsable: async () => usable.yes }
  }
  return { open, opened, closed }
}

test('what a plan has opened its apply goes on with', async () => {
  const servers = await configuredFleet()
  const { open, opened, closed } = opener(servers, { yes: true })
  const common = {
    definitions: WANTED,
    connect: keepingHosts(open),
    parallel: 4,
    listen: () => undefined,
    signal: new AbortController().signal,
  }
  const plan = await makePlan({
    ...common,
    asked: { undertaking: 'release', releases: [commit('a')] },
  })
  const receipt = await applyPlan({
    ...common,
    plan,
    hold: { cargo: new Map([['shop', CARGO]]), secrets: new Map(), environments: new Map() },
    wait: false,
    holder: HOLDER,
  })
  assert.is(receipt.outcome, 'done', JSON.stringify(receipt.problems))
  assert.equal(live(servers), [nameOf('a'), nameOf('a')])
  assert.equal(opened.sort(), ['web-1', 'web-2'])
  assert.equal(closed, [])
})

test('one that has gone meanwhile is closed and opened anew', async () => {
  const servers = await configuredFleet()
  const usable = { yes: true }
  const { open, opened, closed } = opener(servers, usable)
  const connect = keepingHosts(open)
  for (let time = 0; time < 2; time++) (await connect(server('web-1'))).close()
  assert.equal([opened, closed], [['web-1'], []])
  usable.yes = false
  const again = await connect(server('web-1'))
  assert.equal([opened, closed], [['web-1', 'web-1'], ['web-1']])
  assert.match((await again.system()).name, /bookworm/)
})

test('nobody gets a host that somebody else is using', async () => {
  const { open, opened } = opener(await configuredFleet(), { yes: true })
  const connect = keepingHosts(open)
  const one = await connect(server('web-1'))
  const two = await connect(server('web-1'))
  assert.equal(opened, ['web-1', 'web-1'])
  one.close()
  one.close()
  const [three, four] = [await connect(server('web-1')), await connect(server('web-1'))]
  assert.is(opened.length, 3)
  for (const host of [two, three, four]) host.close()
})

test('what could not be reached is not waited for twice, and is tried again after that', async () => {
  const servers = await configuredFleet()
  const [first] = servers
  if (first === undefined) throw new Error('a fleet has servers')
  let tries = 0
  const { open } = opener(servers, { yes: true })
  const connect = keepingHosts(async (to) => {
    tries++
    return open(to)
  })
  const to = server(first.name)
  first.reachable = false
  assert.equal(codesOf(await refusal(connect(to))), ['FLIGHT_UNREACHABLE'])
  first.reachable = true
  assert.equal(codesOf(await refusal(connect(to))), ['FLIGHT_UNREACHABLE'])
  assert.is(tries, 1)
  await connect(to)
  assert.is(tries, 2)
})

test.run()
