import { ENVIRONMENTS, RELEASES } from '../model/record.ts'
import { program } from './program.ts'

// Where the names lie of programs that a unit ends after their
// job: one folder a unit, root's, in memory like the unit itself.
export const DRAINS = '/run/flight/drain'

// What src/remote/lib-supervisor.sh is given.
export const SUPERVISOR = { drains: DRAINS, releases: RELEASES, environments: ENVIRONMENTS }

// Shell functions that speak with supervisord: src/remote/lib-supervisor.sh.
export const SUPERVISOR_FUNCTIONS = program('lib-supervisor', SUPERVISOR)

// Shell that prints what supervisord says to these calls, nothing but its errors when it does not answer.
export function supervisorCalls(calls: readonly string[]): string {
  return `printf '%s\\n' ${calls.map((call) => `'${call}'`).join(' ')} | calls | rpc | answers`
}
