import pLimit from 'p-limit'
import type { Action } from '../../model/action.ts'
import type { Cluster, Definitions } from '../../model/definitions.ts'
import { FlightError, onServer, type ServerProblem } from '../../model/errors.ts'
import type { Listener } from '../../model/event.ts'
import type { Connect, Holder, Host, Lock } from '../../model/host.ts'
import type { Plan, PlannedServer } from '../../model/plan.ts'
import type { Resource } from '../../model/resource.ts'
import type { Server } from '../../model/server.ts'
import { undertakingOf } from '../undertakings/registry.ts'
import { definitionsDigest } from '../plan/plan-of.ts'
import type { Hold } from '../../model/hold.ts'
import { canonical } from '../digest.ts'
import { type Standing, standingOf } from './guard.ts'
import { refuseIfAborted } from '../plan/make-plan.ts'
import { surveyFailure, surveyHost } from '../plan/survey.ts'

export type ApplyRequest = {
  plan: Plan
  definitions: Definitions
  hold: Omit<Hold, 'who' | 'when'>
  wait: boolean // for whoever holds a lock, instead of refusing
  connect: Connect
  parallel: number
  holder: Holder
  listen: Listener
  signal: AbortSignal
}

// A server of the plan with work to do, connected, locked and found as the plan says.
export type Ready = Member & { host: Host; lock: Lock; standing: Standing }

export type Member = { planned: PlannedServer; server: Server; cluster: Cluster; resources: readonly Resource[] }

// The plan's servers in the definitions, or FLIGHT_PLAN_OTHER_DEFINITIONS when these no longer compile to this plan.
export function membersOf({ plan, definitions }: Pick<ApplyRequest, 'plan' | 'definitions'>): Member[] {
  const refuse = (what: string) =>
    new FlightError({
      code: 'FLIGHT_PLAN_OTHER_DEFINITIONS',
      where: '',
      what,
      hint: 'plan again, or check out the definitions that this plan was made for',
    })
  const undertaking = undertakingOf(plan)
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
  return members
}

export function refuseBlocked(plan: Plan): void {
  const { isAllOrNone } = undertakingOf(plan)
  if (isAllOrNone && plan.missing.length > 0) throw new FlightError(plan.missing)
  if (isAllOrNone && plan.blocked.length > 0) throw new FlightError(plan.blocked)
  if (plan.blocked.length > 0 && plan.stages.every((stage) => stage.servers.length === 0))
    throw new FlightError(plan.blocked)
}

// Connects to every server that has work, takes the locks in the order of the names, and looks at everything again. Any
// refusal ends it here, before the first byte is written anywhere.
export async function prepare(
  members: readonly Member[],
  request: ApplyRequest,
  hosts: Host[],
  locks: Lock[],
): Promise<{ ready: Ready[]; missing: ServerProblem[] }> {
  const { plan, listen, signal } = request
  const limit = pLimit(request.parallel)
  const withWork = members.filter(({ planned }) => actionsFor(plan, planned.name).length > 0)
  const missing: ServerProblem[] = []
  const connected = await Promise.all(
    withWork.map((member) =>
      limit(async () => {
        refuseIfAborted(signal)
        try {
          const host = await request.connect(member.server)
          hosts.push(host)
          return { ...member, host }
        } catch (error) {
          const survey = surveyFailure(member.server, error)
          const problems = survey.is === 'asked' ? [] : survey.problems
          if (problems.some((problem) => problem.code === 'FLIGHT_HOST_KEY_CHANGED')) throw error
          missing.push(...problems)
          listen({ event: 'server-missing', server: member.server.name, what: problems[0]?.what ?? '' })
          return undefined
        }
      }),
    ),
  )
  const present = connected.filter((member) => member !== undefined)
  refuseOtherKeys(present)
  if (undertakingOf(plan).isAllOrNone && missing.length > 0) throw new FlightError(missing)
  const held = await lockAll(present, request, locks)
  const ready = await Promise.all(
    held.map((member) => limit(async () => ({ ...member, standing: await look(member, request) }))),
  )
  const stale = ready.flatMap(({ standing }) => standing.stale)
  if (stale.length > 0) throw new FlightError(stale)
  refuseIfAborted(signal)
  return { ready, missing }
}

type Present = Member & { host: Host }

// Takes all the locks or none: the first by name before the others, so that of two runs for the same servers one goes
// on. Who waits holds nothing meanwhile.
async function lockAll(
  present: readonly Present[],
  request: ApplyRequest,
  locks: Lock[],
): Promise<(Present & { lock: Lock })[]> {
  const { plan, holder, listen, signal } = request
  const { claim } = undertakingOf(plan)
  let told = ''
  for (;;) {
    const take = async (member: Present) => {
      const lock = await member.host.lock(holder, plan.digest, claim)
      locks.push(lock)
      return { ...member, lock }
    }
    try {
      const first = await allOf(present.slice(0, 1).map(take))
      return [...first, ...(await allOf(present.slice(1).map(take)))]
    } catch (error) {
      if (!request.wait || !(error instanceof FlightError) || error.problems[0]?.code !== 'FLIGHT_LOCKED') throw error
      await Promise.all(locks.splice(0).map((lock) => lock.release()))
      if (error.message !== told) listen({ event: 'note', text: `waiting: ${error.message}` })
      told = error.message
      await new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 1000))
      refuseIfAborted(signal)
    }
  }
}

// The results of all, or the first failure once none of them is on its way any more.
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

function refuseOtherKeys(members: readonly { planned: PlannedServer; host: Host }[]): void {
  const other = members.filter(({ planned, host }) => planned.hostKey !== host.hostKey)
  if (other.length === 0) return
  throw new FlightError(
    other.map(({ planned, host }) => ({
      code: 'FLIGHT_HOST_KEY_CHANGED' as const,
      ...onServer(planned.name),
      what: `proves the key ${host.hostKey}; the plan was made for ${planned.hostKey}`,
      hint: 'if the server was replaced on purpose, plan again; otherwise find out who answers there',
    })),
  )
}

async function look(
  { planned, server, cluster, host }: Member & { host: Host },
  request: ApplyRequest,
): Promise<Standing> {
  const { plan, listen } = request
  listen({ event: 'server-asked', server: planned.name })
  const survey = await surveyHost(host, { server, cluster }, undertakingOf(plan), request.definitions)
  if (survey.is !== 'asked') throw new FlightError(survey.problems)
  if (canonical(survey.system) !== canonical(planned.system)) {
    return {
      pending: [],
      already: [],
      stale: [
        {
          code: 'FLIGHT_STALE_PLAN',
          ...onServer(planned.name),
          what: `is another system than planned: it was ${planned.system.name}, it is ${survey.system.name}`,
          hint: 'plan again',
        },
      ],
    }
  }
  const standing = standingOf(planned.name, actionsFor(plan, planned.name), survey.plan, plan)
  listen({ event: 'server-answered', server: planned.name, actions: standing.pending.length })
  return standing
}

// What a plan does on one server, in all its stages.
export function actionsFor(plan: Plan, server: string): Action[] {
  return plan.stages.flatMap((stage) =>
    stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions),
  )
}
