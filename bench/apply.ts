import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Connect } from '../src/model/host.ts'
import { app, CARGO, cluster, definitions, EVERYTHING, HOLDER, on, server, withApps } from '../test/support/builders.ts'
import { connectTo } from '../test/support/memory-server.ts'
import { aBareServer } from '../test/support/memory/bookworm.ts'
import { median, milliseconds, seconds, table } from './table.ts'

// What an apply costs this machine: servers in memory, of which each takes 5 to 20 ms for a step.
//   npm run bench:apply -- [--servers 100] [--apps 3] [--rounds 5] [--beside CHECKOUT]
// `--beside`: another checkout of Flight; its engine and this one take turns in one process.

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '100' },
    apps: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    beside: { type: 'string' },
  },
})
const names = Array.from({ length: Number(values.servers) }, (_, at) => `web-${at + 1}`)
const wanted = withApps(
  definitions(cluster({ servers: names.map((name) => server(name)) })),
  ...Array.from({ length: Number(values.apps) }, (_, at) =>
    app(
      `shop${at}`,
      names.map((name) => on(name)),
    ),
  ),
)

type Engine = {
  makePlan: typeof import('../src/engine/plan/make-plan.ts').makePlan
  applyPlan: typeof import('../src/engine/apply/apply-plan.ts').applyPlan
}
type Cost = { wall: number; cpu: number; actions: number }

async function engineOf(checkout: string): Promise<Engine> {
  const at = (path: string) => import(pathToFileURL(join(resolve(checkout), 'src/engine', path)).href)
  const { makePlan } = (await at('plan/make-plan.ts')) as Engine
  const { applyPlan } = (await at('apply/apply-plan.ts')) as Engine
  return { makePlan, applyPlan }
}

// Plans for bare servers, which is not measured, and applies that.
async function applied({ makePlan, applyPlan }: Engine): Promise<Cost> {
  const connect = connectTo(names.map((name) => aBareServer(name)))
  let steps = 0
  const slow: Connect = async (to) => {
    const host = await connect(to)
    return {
      ...host,
      perform: async (step, context) => {
        await pause(5 + (steps++ % 16))
        await host.perform(step, context)
      },
    }
  }
  const common = { definitions: wanted, parallel: 10, listen: () => undefined, signal: new AbortController().signal }
  const plan = await makePlan({
    ...common,
    connect,
    asked: { undertaking: 'configuration', scope: EVERYTHING, apps: true, serial: 100, allow: [] },
  })
  const began = performance.now()
  const before = process.cpuUsage()
  const receipt = await applyPlan({
    ...common,
    connect: slow,
    plan,
    hold: { cargo: new Map([['shop', CARGO]]), secrets: new Map(), environments: new Map() },
    wait: false,
    holder: HOLDER,
  })
  const { user, system } = process.cpuUsage(before)
  if (receipt.outcome !== 'done') throw new Error(JSON.stringify(receipt.problems[0]))
  return {
    wall: performance.now() - began,
    cpu: (user + system) / 1000,
    actions: receipt.servers.reduce((sum, { actions }) => sum + actions.length, 0),
  }
}

const engines = new Map([['here', await engineOf(join(import.meta.dirname, '..'))]])
if (values.beside !== undefined) engines.set('beside', await engineOf(values.beside))
const costs = new Map([...engines.keys()].map((name) => [name, [] as Cost[]]))
// The first round warms up, and does not count.
for (let round = 0; round <= Number(values.rounds); round++)
  for (const [name, engine] of engines) {
    const cost = await applied(engine)
    if (round > 0) costs.get(name)?.push(cost)
  }
const rows = [...costs].map(([name, of]) => [
  name,
  String(of[0]?.actions ?? 0),
  seconds(median(of.map(({ wall }) => wall))),
  milliseconds(median(of.map(({ cpu }) => cpu))),
])
process.stdout.write(`${table(['engine', 'actions', 'wall', 'CPU'], rows)}\n`)
