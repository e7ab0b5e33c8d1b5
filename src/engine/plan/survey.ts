import type { Definitions } from '../../model/definitions.ts'
import { FlightError, onServer, type Problem, type ServerProblem } from '../../model/errors.ts'
import { factId, type FactQuery, type Facts } from '../../model/fact.ts'
import type { Host } from '../../model/host.ts'
import type { Server } from '../../model/server.ts'
import type { Chosen } from '../resolve/wanted.ts'
import type { Answer, Undertaking } from '../undertakings/undertaking.ts'

// What one server said: everything planning needs, or why it could not be planned.
export type Survey =
  | Answer
  | { is: 'missing'; server: Server; problems: readonly ServerProblem[] }
  | { is: 'blocked'; server: Server; problems: readonly ServerProblem[] }

// Asks a server what it is, compiles for it, and reads what that asks for: two short scripts on one channel, and a
// third for what is left over there that nobody wants any more.
export async function surveyHost(
  host: Host,
  { server, cluster }: Chosen,
  undertaking: Undertaking,
  definitions: Definitions,
): Promise<Survey> {
  try {
    const system = await host.system()
    const wanted = undertaking.wanted({ definitions, server, cluster, system })
    const first = await host.probe(undertaking.facts(wanted))
    const beside = undertaking.factsBeside(wanted, cluster, first)
    const facts = beside.length === 0 ? first : together(first, await host.probe(beside), beside)
    const plan = undertaking.serverPlan({ server: server.name, cluster, wanted, facts })
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

function placed(problem: Problem, server: string): ServerProblem {
  return problem.server === server ? { ...problem, server } : { ...problem, ...onServer(server, problem.where) }
}
