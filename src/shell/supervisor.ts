import { ENVIRONMENTS, RELEASES } from '../model/record.ts'

// Where the names lie of programs that a unit ends after their job: one folder a unit, root's, in memory like the unit
// itself.
export const DRAINS = '/run/flight/drain'

// What src/remote/lib-supervisor.sh is given.
export const SUPERVISOR = { drains: DRAINS, releases: RELEASES, environments: ENVIRONMENTS }
