import type { Action } from '../../model/action.ts'
import type { Definitions } from '../../model/definitions.ts'
import { FlightError, type Problem } from '../../model/errors.ts'
import type { Facts } from '../../model/fact.ts'
import type { Plan, PlanBody, PlannedServer } from '../../model/plan.ts'
import { readStageName } from '../../model/stage-name.ts'
import { digestOf } from '../digest.ts'
import { planOf } from '../plan/plan-of.ts'
import type { Survey } from '../plan/survey.ts'
import type { ServerPlan } from '../resolve/plan-server.ts'
import type { Chosen } from '../resolve/wanted.ts'
import { planningOf, planningOfBegun } from '../undertakings/registry.ts'
import { differences, saidOf } from './differences.ts'

// A server as it is when a plan is applied. `hasBegun`: root noted there that an earlier run found the plan to be what
// planning gave, and began it.
export type LookedAt = Chosen & { survey: Survey; hasBegun: boolean }

// What planning gives now for what the plan was asked for. A server where the plan was begun is half done, and what one
// that is away would say is not known: these two stand as the plan has them. Pure.
export function derivedAgain(plan: Plan, found: readonly LookedAt[], definitions: Definitions): Plan {
  const planning = planningOf(plan)
  const claimed = new Map(
    found.flatMap(({ server, survey, hasBegun }): [string, PlannedServer][] => {
      const planned = plan.servers.find(({ name }) => name === server.name)
      return planned !== undefined && (hasBegun || survey.is === 'missing') ? [[server.name, planned]] : []
    }),
  )
  const surveys = found.map((one): Survey => {
    const planned = claimed.get(one.server.name)
    if (planned === undefined) return one.survey
    const { server, cluster } = one
    const { system, hostKey } = planned
    const wanted = planning.wanted({ definitions, server, cluster, system })
    return {
      is: 'asked',
      server,
      cluster,
      system,
      hostKey,
      wanted,
      facts: NOTHING_KNOWN,
      plan: claimedPlan(plan, planned),
    }
  })
  if (claimed.size === 0) return planOf(surveys, definitions, planning)
  const elsewhere = plan.servers.flatMap(({ name, elsewhere: of }) => (of === undefined ? [] : [[name, of] as const]))
  return planOf(surveys, definitions, planningOfBegun(plan), { servers: claimed, elsewhere: new Map(elsewhere) })
}

// A server's part of a plan, in all the ways in which undertakings make stages of it.
function claimedPlan(plan: Plan, { name, install, notes, leftovers }: PlannedServer): ServerPlan {
  const staged = plan.stages.flatMap((stage) =>
    stage.servers
      .filter(({ server }) => server === name)
      .flatMap(({ actions }) => actions.map((action) => ({ stage: stage.name, action }))),
  )
  const ofPhase = (isRetiring: boolean): Action[] =>
    staged.filter(({ stage }) => (readStageName(stage)?.phase === 'retire') === isRetiring).map(({ action }) => action)
  return {
    configure: ofPhase(false),
    retire: ofPhase(true),
    staged,
    same: new Map(),
    install,
    blocked: plan.blocked.filter(({ server }) => server === name),
    notes,
    passing: [],
    leftovers,
  }
}

const NOTHING_KNOWN: Facts = {
  get() {
    throw new FlightError({
      code: 'FLIGHT_STALE_PLAN',
      where: '',
      what: 'what is retired depends on other servers, and these have changed since the plan was made',
      hint: 'plan again, review, apply',
    })
  },
}

// How many differences are told of one plan.
const MOST_TOLD = 5

// Where a plan says something else than planning says now; each with its place in the file. Pure.
export function differencesBetween(plan: Plan, derived: Plan): Problem[] {
  if (digestOf(bodyOf(plan)) === derived.digest) return []
  return differences('', bodyOf(plan), bodyOf(derived))
    .slice(0, MOST_TOLD)
    .map((each) => ({
      code: 'FLIGHT_STALE_PLAN',
      where: each.at,
      what: saidOf(each),
      hint: 'plan again, review, apply',
    }))
}

function bodyOf({ digest: _digest, ...body }: Plan): PlanBody {
  return body
}
