import { FlightError, onServer, type Problem, type ServerProblem } from '../../model/errors.ts'
import type { Host, PlanLock } from '../../model/host.ts'
import type { Plan } from '../../model/plan.ts'
import { canonical } from '../digest.ts'
import type { Survey } from '../plan/survey.ts'
import type { Chosen } from '../resolve/wanted.ts'
import { derivedAgain, differencesBetween, type LookedAt } from './derive-again.ts'
import { standingOf, standingOfBegun, withoutAlready } from './guard.ts'
import { actionsFor } from './members.ts'
import type { ApplyRequest, Member, Ready } from './run.ts'

// A server of what was asked for, on its way from a name to something that can be worked on. `member` where the plan
// has it among those that could be asked.
export type Coming = Chosen & {
  member: Member | undefined
  host: Host | undefined
  lock: PlanLock | undefined
  survey: Survey | undefined
}

// Holds the plan against what is derived from what all servers say now; FLIGHT_STALE_PLAN where they differ.
export function standings(coming: readonly Coming[], { plan, definitions }: ApplyRequest): Ready[] {
  const found = coming.flatMap(({ server, cluster, survey, lock }): LookedAt[] =>
    survey === undefined ? [] : [{ server, cluster, survey, hasBegun: lock?.hasBegun === true }],
  )
  refuse(found.flatMap((one) => [...leftOutBefore(one, plan), ...otherSystem(one, plan)]))
  const derived = derivedAgain(plan, found, definitions)
  const known = coming.flatMap(({ member, host, lock, survey }) => {
    if (member === undefined || host === undefined || survey === undefined) return []
    if (survey.is !== 'asked') throw new FlightError(survey.problems)
    const { name } = member.server
    const planned = actionsFor(plan, name)
    const standing =
      lock?.hasBegun === true
        ? standingOfBegun(name, planned, survey.plan, plan)
        : standingOf(name, planned, { actions: actionsFor(derived, name), survey }, plan)
    return [{ ...member, host, lock, standing }]
  })
  refuse(known.flatMap(({ standing }) => standing.stale))
  const already = known.flatMap(({ lock, standing }) => (lock?.hasBegun === true ? [] : standing.already))
  refuse(differencesBetween(withoutAlready(plan, new Set(already)), derived))
  return known.flatMap(({ lock, ...rest }) => (lock === undefined ? [] : [{ ...rest, lock }]))
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new FlightError(problems)
}

// What the plan left out, and would not leave out now.
function leftOutBefore({ server: { name }, survey }: LookedAt, plan: Plan): ServerProblem[] {
  if (survey.is !== 'asked' || plan.servers.some((entry) => entry.name === name)) return []
  const isMissing = plan.missing.some(({ server }) => server === name)
  const what = isMissing
    ? 'could not be asked when the plan was made, and answers now'
    : 'was blocked when the plan was made, and is not any more'
  return [{ code: 'FLIGHT_STALE_PLAN', ...onServer(name), what, hint: 'plan again, review, apply' }]
}

function otherSystem({ server: { name }, survey }: LookedAt, plan: Plan): ServerProblem[] {
  const was = plan.servers.find((entry) => entry.name === name)?.system
  if (was === undefined || survey.is !== 'asked' || canonical(survey.system) === canonical(was)) return []
  const what = `is another system than planned: it was ${was.name}, it is ${survey.system.name}`
  return [{ code: 'FLIGHT_STALE_PLAN', ...onServer(name), what, hint: 'plan again' }]
}
