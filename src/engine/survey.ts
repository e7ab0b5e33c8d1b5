import type { Cluster } from '../model/definitions.ts'
import { FlightError, type Problem } from '../model/errors.ts'
import type { Facts } from '../model/fact.ts'
import type { Host } from '../model/host.ts'
import type { Server, System } from '../model/server.ts'
import { type Asked, compileServer, type Wanted } from './compile.ts'
import { planServer, queriesFor, queriesForLeftOvers, type ServerPlan } from './plan-server.ts'

export type Connect = (server: Server) => Promise<Host>

// What one server said: everything planning needs, or why it could not be planned.
export type Survey =
  | { is: 'asked'; server: Server; cluster: Cluster; system: System; hostKey: string; wanted: Wanted; facts: Facts; plan: ServerPlan }
  | { is: 'missing'; server: Server; problems: readonly Problem[] }
  | { is: 'blocked'; server: Server; problems: readonly Problem[] }

// Asks a server what it is, compiles for it, and reads what that asks for: two short scripts on one channel, a third
// where something is left over that nobody wants any more.
export async function surveyHost(host: Host, server: Server, cluster: Cluster, asked: Asked): Promise<Survey> {
  try {
    const system = await host.system()
    const wanted = compileServer(asked, cluster, server, system)
    const queries = queriesFor(wanted)
    const first = await host.probe(queries)
    const leftOvers = queriesForLeftOvers(wanted, cluster, first)
    const facts = leftOvers.length === 0 ? first : await host.probe([...queries, ...leftOvers])
    const plan = planServer({ server: server.name, cluster, wanted, facts, allowUpgrades: asked.allowUpgrades })
    return { is: 'asked', server, cluster, system, hostKey: host.hostKey, wanted, facts, plan }
  } catch (error) {
    return surveyFailure(server, error)
  }
}

// A server that cannot be reached is missing; one that says no to what is wanted is blocked. Bugs go on as bugs.
export function surveyFailure(server: Server, error: unknown): Survey {
  if (!(error instanceof FlightError)) throw error
  return { is: error.exit === 6 ? 'missing' : 'blocked', server, problems: error.problems.map((problem) => placed(problem, server.name)) }
}

function placed(problem: Problem, server: string): Problem {
  return problem.where === server || problem.where.startsWith(`${server} `) ? problem : { ...problem, where: problem.where === '' ? server : `${server} ${problem.where}` }
}
