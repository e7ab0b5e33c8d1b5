import type { Cluster } from '../../model/definitions.ts'
import { FlightError, type Problem } from '../../model/errors.ts'
import { factId, type FactQuery, type Facts } from '../../model/fact.ts'
import type { Host } from '../../model/host.ts'
import { isAllOrNone } from '../../model/plan.ts'
import type { Server, System } from '../../model/server.ts'
import { type Asked, compileServer, type Wanted } from './compile.ts'
import { planReleases, releaseQueries } from './plan-release.ts'
import { planServer, queriesFor, queriesForLeftOvers, type ServerPlan } from './plan-server.ts'

// What one server said: everything planning needs, or why it could not be planned.
export type Survey =
  | {
      is: 'asked'
      server: Server
      cluster: Cluster
      system: System
      hostKey: string
      wanted: Wanted
      facts: Facts
      plan: ServerPlan
    }
  | { is: 'missing'; server: Server; problems: readonly Problem[] }
  | { is: 'blocked'; server: Server; problems: readonly Problem[] }

// Asks a server what it is, compiles for it, and reads what that asks for: two short scripts on one channel, and a
// third for what is left over there that nobody wants any more.
export async function surveyHost(host: Host, server: Server, cluster: Cluster, asked: Asked): Promise<Survey> {
  try {
    const system = await host.system()
    const wanted = compileServer(asked, cluster, server, system)
    if (isAllOrNone(asked)) {
      const facts = await host.probe(releaseQueries(wanted))
      return {
        is: 'asked',
        server,
        cluster,
        system,
        hostKey: host.hostKey,
        wanted,
        facts,
        plan: planReleases(server.name, wanted, facts),
      }
    }
    const first = await host.probe(queriesFor(wanted))
    const leftOvers = queriesForLeftOvers(wanted, cluster, first)
    const facts = leftOvers.length === 0 ? first : together(first, await host.probe(leftOvers), leftOvers)
    const plan = planServer({ server: server.name, cluster, wanted, facts, allowUpgrades: asked.allowUpgrades })
    return { is: 'asked', server, cluster, system, hostKey: host.hostKey, wanted, facts, plan }
  } catch (error) {
    return surveyFailure(server, error)
  }
}

// The answers of two probes; what the second asked, it answers.
function together(first: Facts, second: Facts, asked: readonly FactQuery[]): Facts {
  const ids = new Set(asked.map(factId))
  return { get: (query) => (ids.has(factId(query)) ? second : first).get(query) }
}

// A server that cannot be reached is missing; one that says no to what is wanted is blocked. Bugs go on as bugs.
export function surveyFailure(server: Server, error: unknown): Survey {
  if (!(error instanceof FlightError)) throw error
  return {
    is: error.exit === 6 ? 'missing' : 'blocked',
    server,
    problems: error.problems.map((problem) => placed(problem, server.name)),
  }
}

function placed(problem: Problem, server: string): Problem {
  return problem.where === server || problem.where.startsWith(`${server} `)
    ? problem
    : { ...problem, where: problem.where === '' ? server : `${server} ${problem.where}` }
}
