import pLimit from 'p-limit'
import { causesFirst, FlightError, onServer, type Problem, type ServerProblem } from '../../model/errors.ts'
import type { Host, Lock } from '../../model/host.ts'
import type { Action } from '../../model/action.ts'
import type { Plan, Stage } from '../../model/plan.ts'
import type { Receipt, ReceiptServer } from '../../model/receipt.ts'
import { applyServer, type ServerOutcome } from './apply-server.ts'
import { revealed } from '../compare.ts'
import { conclude, receiptOf, remembered } from './conclude.ts'
import { undertakingOf } from '../undertakings/registry.ts'
import { goBack } from './go-back.ts'
import { type ApplyRequest, membersOf, prepare, type Ready, refuseBlocked } from './prepare-apply.ts'

// Does exactly what a plan says, and proves it. Whatever is wrong before the first write is thrown as a FlightError,
// and then nothing was written anywhere; afterwards the receipt says what was done.
export async function applyPlan(request: ApplyRequest): Promise<Receipt> {
  const began = new Date()
  const members = membersOf(request)
  refuseBlocked(request.plan)
  for (const text of leftOut(request.plan)) request.listen({ event: 'note', text })
  const hosts: Host[] = []
  const locks: Lock[] = []
  try {
    const { ready, missing } = await prepare(members, request, hosts, locks)
    const { servers, back } = await work(ready, missing, request)
    const absent = missing.map((problem): ReceiptServer => ({
      name: problem.server,
      outcome: 'unreachable',
      converged: false,
      seconds: 0,
      actions: [],
    }))
    const receipt = receiptOf(
      request,
      began,
      [...servers.map(({ receipt: entry }) => entry), ...absent],
      [...back, ...causesFirst(servers.flatMap(({ problems }) => problems)), ...missing],
    )
    const worked = ready.filter(({ standing }) => standing.pending.length > 0)
    await Promise.all(
      worked.map(({ host }) =>
        host.record(JSON.stringify(remembered(receipt, host.server, request.holder))).catch(lostLater),
      ),
    )
    return receipt
  } finally {
    await Promise.all(locks.map((lock) => lock.release().catch(lostLater)))
    for (const host of hosts) host.close()
  }
}

// Servers that the plan knows of and does nothing to: said again, because an apply that is done looks like all is done.
function leftOut(plan: Plan): string[] {
  return [
    ...plan.missing.map(({ where }) => `${where} could not be asked when the plan was made: nothing is done to it`),
    ...plan.blocked.map(({ where }) => `${where} was blocked when the plan was made: nothing is done to it`),
  ]
}

// The connection may be gone after the work: what was done is known, the lock is freed by the server.
function lostLater(error: unknown): void {
  if (!(error instanceof FlightError)) throw error
}

// Stage by stage; the next begins only when every server has finished the last. What is retired goes only when what
// takes its place works on all servers, also on those that cannot be reached now.
async function work(
  ready: readonly Ready[],
  missing: readonly ServerProblem[],
  request: ApplyRequest,
): Promise<{ servers: { receipt: ReceiptServer; problems: readonly ServerProblem[] }[]; back: Problem[] }> {
  const began = Date.now()
  const outcomes = new Map<string, ServerOutcome>()
  const hold = { ...request.hold, who: request.holder.who, when: new Date(began).toISOString() }
  const { isCritical, needsAll } = undertakingOf(request.plan)
  let stopped: string | undefined // the stage in which something did not work
  for (const stage of request.plan.stages) {
    const inStage = ready.filter(({ planned, standing }) =>
      stage.servers.some(
        (entry) => entry.server === planned.name && entry.actions.some((action) => standing.pending.includes(action)),
      ),
    )
    const failed =
      [...outcomes].find(([, outcome]) => outcome.problems.length > 0)?.[0] ??
      (needsAll(stage.name) ? missing[0]?.server : undefined)
    if (failed !== undefined) {
      for (const { planned, standing } of inStage)
        leaveOut(
          outcomes,
          planned.name,
          actionsIn(stage, planned.name).filter((action) => standing.pending.includes(action)),
          stage.name,
          failed,
        )
      continue
    }
    if (inStage.length > 0)
      request.listen({ event: 'stage-begins', stage: stage.name, servers: inStage.map(({ planned }) => planned.name) })
    const limit = pLimit(isCritical(stage.name) ? Math.max(1, inStage.length) : request.parallel)
    // Once the first server goes live, all of them go on to where they stay, or back.
    const signal =
      isCritical(stage.name) &&
      !(request.signal.aborted && stage === request.plan.stages.find(({ name }) => isCritical(name)))
        ? NEVER
        : request.signal
    await Promise.all(
      inStage.map(({ planned, host, lock, standing, resources }) =>
        limit(async () => {
          const reveal = (action: Action) => revealed(action, resources, hold)
          const patience = isCritical(stage.name) ? CRITICAL_PATIENCE : undefined
          const outcome = await applyServer(actionsIn(stage, planned.name), new Set(standing.pending), {
            host,
            lock,
            plan: request.plan.digest,
            stage: stage.name,
            planned,
            listen: request.listen,
            signal,
            reveal,
            patience,
          })
          const earlier = outcomes.get(planned.name)
          outcomes.set(
            planned.name,
            earlier === undefined ? outcome : { ...outcome, actions: [...earlier.actions, ...outcome.actions] },
          )
        }),
      ),
    )
    if ([...outcomes.values()].some(({ problems }) => problems.length > 0)) stopped = stage.name
  }
  const back = await takeBack(ready, outcomes, request, stopped)
  const limit = pLimit(request.parallel)
  return {
    servers: await Promise.all(
      ready.map((member) => limit(() => conclude(member, outcomes.get(member.planned.name), request, began))),
    ),
    back,
  }
}

const NEVER = new AbortController().signal

// For how long a server that is lost while all go live is tried again,
// in milliseconds: meanwhile the others answer with what is new.
const CRITICAL_PATIENCE = 10_000

// What did not work is taken back on all servers, where it is done on all or on none: what that came to, first of all
// problems.
async function takeBack(
  ready: readonly Ready[],
  outcomes: Map<string, ServerOutcome>,
  request: ApplyRequest,
  stopped: string | undefined,
): Promise<Problem[]> {
  const { wayBack } = undertakingOf(request.plan)
  const own = [...outcomes.values()].flatMap(({ problems }) => problems.filter(({ cause }) => cause === undefined))
  const reason = stopped === undefined ? undefined : wayBack?.reason(stopped, own)
  if (wayBack === undefined || reason === undefined) return []
  const problems = await goBack(ready, outcomes, request, reason)
  if (!reason.wasLive) return problems
  const { words } = wayBack
  const left =
    problems.length === 0 ? words.restored : `look at ${[...new Set(problems.map(({ server }) => server))].join(', ')}`
  const { where, what } = reason.problem
  return [
    {
      code: 'FLIGHT_WENT_BACK',
      where: words.what,
      what: `${words.wasDone} and was taken back (${left}), because of ${where}: ${what}`,
      hint: `correct the cause, then ${words.again} again`,
    },
    ...problems,
  ]
}

function actionsIn(stage: Stage, server: string): Action[] {
  return stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions)
}

// What a later stage would have done on a server, when an earlier one did not work somewhere.
function leaveOut(
  outcomes: Map<string, ServerOutcome>,
  server: string,
  actions: readonly Action[],
  stage: string,
  failed: string,
): void {
  const earlier = outcomes.get(server) ?? { actions: [], problems: [], interrupted: false }
  const left = actions.map(({ address, verb, feature }) => ({
    address,
    verb,
    feature,
    outcome: 'not begun' as const,
    seconds: 0,
  }))
  const problem: ServerProblem = {
    code: 'FLIGHT_STEP_FAILED',
    ...onServer(server),
    cause: { server: failed },
    what: `the stage "${stage}" was not begun, because of ${failed}`,
    hint: 'settle that first, then plan again',
  }
  outcomes.set(server, {
    ...earlier,
    actions: [...earlier.actions, ...left],
    problems: [...earlier.problems, ...(earlier.problems.length > 0 ? [] : [problem])],
  })
}
