import type { Action } from '../../model/action.ts'
import { FlightError, onServer, type ServerProblem } from '../../model/errors.ts'
import type { Host, Lock } from '../../model/host.ts'
import type { Plan, PlannedServer } from '../../model/plan.ts'
import { canonical } from '../digest.ts'
import { refuseIfAborted } from '../plan/make-plan.ts'
import { definitionsDigest } from '../plan/plan-of.ts'
import { surveyFailure, surveyHost } from '../plan/survey.ts'
import { sideBySide, type Task } from '../tree.ts'
import { undertakingOf } from '../undertakings/registry.ts'
import { type Standing, standingOf } from './guard.ts'
import type { ApplyRequest, Member, Opened, Ready } from './run.ts'

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

type Present = Member & { host: Host }
type Locked = Present & { lock: Lock }

// Connects to every server that has work, takes the locks in the order of the names, and looks at everything again. Any
// refusal ends the tree here, before the first byte is written anywhere.
export function prepareTasks(members: readonly Member[], request: ApplyRequest, opened: Opened): Task[] {
  const { plan, parallel, signal } = request
  const withWork = members.filter(({ planned }) => actionsFor(plan, planned.name).length > 0)
  const connected: (Present | undefined)[] = []
  let locked: Locked[] = []
  const looked: Ready[] = []
  return [
    {
      title: 'connect',
      task: (_context, parent) =>
        sideBySide(
          parent,
          withWork.map((member, at) =>
            connectTask(member, request, opened, (host) => (connected[at] = { ...member, host })),
          ),
          parallel,
        ),
    },
    {
      title: 'lock',
      rendererOptions: { tells: (text) => ({ event: 'note', text }) },
      task: async (_context, task) => {
        const present = connected.filter((member) => member !== undefined)
        refuseOtherKeys(present)
        if (undertakingOf(plan).isAllOrNone && opened.missing.length > 0) throw new FlightError(opened.missing)
        locked = await lockAll(present, request, opened, (text) => (task.output = text))
      },
    },
    {
      title: 'look again',
      task: (_context, parent) =>
        sideBySide(
          parent,
          locked.map((member, at) => lookTask(member, request, (standing) => (looked[at] = { ...member, standing }))),
          parallel,
        ),
    },
    {
      title: 'guard',
      task: () => {
        const stale = looked.flatMap(({ standing }) => standing.stale)
        if (stale.length > 0) throw new FlightError(stale)
        refuseIfAborted(signal)
        opened.ready.push(...looked)
      },
    },
  ]
}

// A server that cannot be reached is missing; one that proves another key than it did ends everything.
function connectTask(member: Member, request: ApplyRequest, opened: Opened, keep: (host: Host) => void): Task {
  const { name } = member.server
  let missing: readonly ServerProblem[] | undefined
  return {
    title: name,
    exitOnError: () => missing === undefined,
    rendererOptions: {
      ends: () =>
        missing === undefined ? undefined : { event: 'server-missing', server: name, what: missing[0]?.what ?? '' },
    },
    task: async () => {
      refuseIfAborted(request.signal)
      try {
        const host = await request.connect(member.server)
        opened.hosts.push(host)
        keep(host)
      } catch (error) {
        const survey = surveyFailure(member.server, error)
        const problems = survey.is === 'asked' ? [] : survey.problems
        if (problems.every((problem) => problem.code !== 'FLIGHT_HOST_KEY_CHANGED')) {
          missing = problems
          opened.missing.push(...problems)
        }
        throw error
      }
    },
  }
}

// Takes all the locks or none: the first by name before the others, so that of two runs for the same servers one goes
// on. Who waits holds nothing meanwhile.
async function lockAll(
  present: readonly Present[],
  request: ApplyRequest,
  { locks }: Opened,
  tell: (text: string) => void,
): Promise<Locked[]> {
  const { plan, holder, signal } = request
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
      if (error.message !== told) tell(`waiting: ${error.message}`)
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

// Holds the plan against a server as it is now.
function lookTask(member: Locked, { plan, definitions }: ApplyRequest, keep: (standing: Standing) => void): Task {
  const { planned, host } = member
  const { name } = planned
  let pending: number | undefined
  return {
    title: name,
    rendererOptions: {
      begins: () => ({ event: 'server-asked', server: name }),
      ends: () => (pending === undefined ? undefined : { event: 'server-answered', server: name, actions: pending }),
    },
    task: async () => {
      const survey = await surveyHost(host, member, undertakingOf(plan), definitions)
      if (survey.is !== 'asked') throw new FlightError(survey.problems)
      if (canonical(survey.system) !== canonical(planned.system)) {
        const what = `is another system than planned: it was ${planned.system.name}, it is ${survey.system.name}`
        const stale: ServerProblem = { code: 'FLIGHT_STALE_PLAN', ...onServer(name), what, hint: 'plan again' }
        keep({ pending: [], already: [], stale: [stale] })
        return
      }
      const standing = standingOf(name, actionsFor(plan, name), survey.plan, plan)
      pending = standing.pending.length
      keep(standing)
    },
  }
}

// What a plan does on one server, in all its stages.
export function actionsFor(plan: Plan, server: string): Action[] {
  return plan.stages.flatMap((stage) =>
    stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions),
  )
}
