import type { Action } from '../../model/action.ts'
import { FlightError } from '../../model/errors.ts'
import type { Plan, PlanBody } from '../../model/plan.ts'
import { definitionsDigest } from '../plan/plan-of.ts'
import type { Chosen } from '../resolve/wanted.ts'
import { begin, planningOf } from '../undertakings/registry.ts'
import type { ApplyRequest, Member } from './run.ts'

// All servers that the plan was asked for, those of which it says something with that. FLIGHT_PLAN_OTHER_DEFINITIONS
// when the definitions no longer compile to this plan.
export function membersOf({ plan, definitions }: Pick<ApplyRequest, 'plan' | 'definitions'>): {
  asked: readonly Chosen[]
  members: readonly Member[]
} {
  const refuse = (what: string) =>
    new FlightError({
      code: 'FLIGHT_PLAN_OTHER_DEFINITIONS',
      where: '',
      what,
      hint: 'plan again, or check out the definitions that this plan was made for',
    })
  const undertaking = planningOf(plan)
  const members = plan.servers.map((planned): Member => {
    const cluster = definitions.clusters.find((candidate) => candidate.name === planned.cluster)
    const server = cluster?.servers.find((candidate) => candidate.name === planned.name)
    if (cluster === undefined || server === undefined)
      throw refuse(`the plan is for the server ${planned.name} of ${planned.cluster}, which is not defined here`)
    if (server.host !== planned.host)
      throw refuse(`the plan is for ${planned.name} at ${planned.host}, the definitions say ${server.host}`)
    const { resources } = undertaking.wanted({ definitions, cluster, server, system: planned.system })
    return { planned, server, cluster, resources }
  })
  const digest = definitionsDigest(members.map(({ planned, resources }) => ({ server: planned.name, resources })))
  if (digest !== plan.definitions) throw refuse('the definitions no longer say what this plan was made for')
  const asked = begin(plan.asked, definitions).servers
  const known = new Set([
    ...members.map(({ server }) => server.name),
    ...[...plan.missing, ...plan.blocked].map(({ server }) => server),
  ])
  for (const { server } of asked)
    if (!known.delete(server.name))
      throw refuse(`${server.name} is part of what this plan was made for, and the plan does not mention it`)
  const [more] = known
  if (more !== undefined) throw refuse(`the plan mentions ${more}, which is not part of what it was made for`)
  return { asked, members }
}

export function refuseBlocked(plan: Plan): void {
  const { isAllOrNone } = planningOf(plan)
  if (isAllOrNone && plan.missing.length > 0) throw new FlightError(plan.missing)
  if (isAllOrNone && plan.blocked.length > 0) throw new FlightError(plan.blocked)
  if (plan.blocked.length > 0 && plan.stages.every((stage) => stage.servers.length === 0))
    throw new FlightError(plan.blocked)
}

// What a plan does on one server, in all its stages.
export function actionsFor(plan: PlanBody, server: string): Action[] {
  return plan.stages.flatMap((stage) =>
    stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions),
  )
}
