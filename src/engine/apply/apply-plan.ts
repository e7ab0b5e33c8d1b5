import { causesFirst, FlightError, onServer, type ServerProblem } from '../../model/errors.ts'
import type { Action } from '../../model/action.ts'
import type { Plan, Stage } from '../../model/plan.ts'
import type { Receipt, ReceiptServer } from '../../model/receipt.ts'
import { inTurn, runTree, sideBySide, type Task } from '../tree.ts'
import { planningOf } from '../undertakings/registry.ts'
import { entryOf, type ServerOutcome, turnTasks } from './apply-server.ts'
import { revealed } from '../compare.ts'
import { type Concluded, concludeTask, receiptOf, remembered } from './conclude.ts'
import { goBackTask, wentBack } from './go-back.ts'
import { membersOf, refuseBlocked } from './members.ts'
import { prepareTasks } from './prepare-apply.ts'
import type { ApplyRequest, Ready, Run } from './run.ts'

// Does exactly what a plan says, and proves it. Whatever is wrong before the first write is thrown as a FlightError,
// and then nothing was written anywhere; afterwards the receipt says what was done.
export async function applyPlan(request: ApplyRequest): Promise<Receipt> {
  const run: Run = {
    request,
    began: new Date(),
    opened: { hosts: [], locks: [], ready: [], missing: [] },
    begun: new Set(),
    outcomes: new Map(),
    back: [],
  }
  const { opened } = run
  const members = membersOf(request)
  refuseBlocked(request.plan)
  for (const text of leftOut(request.plan)) request.listen({ event: 'note', text })
  const concluded: Concluded[] = []
  try {
    await runTree(
      [
        ...prepareTasks(members, request, opened),
        ...request.plan.stages.map((stage) => stageTask(stage, run)),
        goBackTask(run),
        {
          title: 'verify',
          task: (_context, parent) => {
            leaveOutWhatDidNotBegin(run)
            return sideBySide(
              parent,
              opened.ready.map((member, at) => concludeTask(member, run, (entry) => (concluded[at] = entry))),
              request.parallel,
            )
          },
        },
      ],
      request.listen,
    )
    const receipt = receiptOf(
      request,
      run.began,
      [...concluded.map(({ receipt: entry }) => entry), ...opened.missing.map(absent)],
      [...wentBack(run), ...causesFirst(concluded.flatMap(({ problems }) => problems)), ...opened.missing],
    )
    await record(receipt, run)
    return receipt
  } finally {
    await Promise.all(opened.locks.map((lock) => lock.release().catch(lostLater)))
    for (const host of opened.hosts) host.close()
  }
}

function absent({ server }: ServerProblem): ReceiptServer {
  return {
    name: server,
    outcome: 'unreachable',
    converged: false,
    seconds: 0,
    actions: [],
  }
}

async function record(receipt: Receipt, { opened, request }: Run): Promise<void> {
  const worked = opened.ready.filter(({ standing }) => standing.pending.length > 0)
  await Promise.all(
    worked.map(({ host }) =>
      host.record(JSON.stringify(remembered(receipt, host.server, request.holder))).catch(lostLater),
    ),
  )
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

// A stage: its servers side by side, each with its turns; the next begins only when every server has finished this one.
function stageTask(stage: Stage, run: Run): Task {
  const { request, opened } = run
  const { isCritical } = planningOf(request.plan)
  const parts = () => partsOf(stage, opened.ready)
  return {
    title: stage.name,
    enabled: () => standsInTheWay(stage, run) === undefined,
    rendererOptions: {
      divides: () => ({
        event: 'stage-begins',
        stage: stage.name,
        servers: parts().map(({ member }) => member.planned.name),
      }),
    },
    task: (_context, parent) => {
      run.begun.add(stage)
      const here = parts()
      if (here.length === 0) return undefined
      const critical = isCritical(stage.name)
      // Once the first server goes live, all of them go on to where they stay, or back.
      const isFirst = stage === request.plan.stages.find(({ name }) => isCritical(name))
      const signal = critical && !(request.signal.aborted && isFirst) ? NEVER : request.signal
      return sideBySide(
        parent,
        here.map((part) =>
          serverTask(part, stage, run, { signal, patience: critical ? CRITICAL_PATIENCE : undefined }),
        ),
        critical ? here.length : request.parallel,
      )
    },
  }
}

const NEVER = new AbortController().signal

// For how long a server that is lost while all go live is tried again,
// in milliseconds: meanwhile the others answer with what is new.
const CRITICAL_PATIENCE = 10_000

type Part = { member: Ready; actions: readonly Action[] }

// The servers that have something to do in a stage, each with all of its planned actions there.
function partsOf(stage: Stage, ready: readonly Ready[]): Part[] {
  return ready
    .map((member) => ({ member, actions: actionsIn(stage, member.planned.name) }))
    .filter(({ member, actions }) => actions.some((action) => member.standing.pending.includes(action)))
}

function actionsIn(stage: Stage, server: string): Action[] {
  return stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions)
}

// One server's turns of a stage.
function serverTask(
  { member, actions }: Part,
  stage: Stage,
  run: Run,
  how: { signal: AbortSignal; patience: number | undefined },
): Task {
  const { request, outcomes } = run
  const { planned, host, lock, standing, resources } = member
  const hold = { ...request.hold, who: request.holder.who, when: run.began.toISOString() }
  return {
    title: planned.name,
    task: (_context, parent) => {
      return inTurn(
        parent,
        turnTasks(actions, new Set(standing.pending), {
          host,
          lock,
          plan: request.plan.digest,
          stage: stage.name,
          planned,
          outcome: outcomeOn(member, outcomes),
          reveal: (action) => revealed(action, resources, hold),
          ...how,
        }),
      )
    },
  }
}

// The server because of which a stage is not begun: one that did not get as far, or, where the stage needs all of them,
// one that cannot be reached.
function standsInTheWay(stage: Stage, { request, opened, outcomes }: Run): string | undefined {
  const { needsAll } = planningOf(request.plan)
  return (
    [...outcomes].find(([, { problems }]) => problems.length > 0)?.[0] ??
    (needsAll(stage.name) ? opened.missing[0]?.server : undefined)
  )
}

// What stages that were not begun would have done on their servers.
function leaveOutWhatDidNotBegin(run: Run): void {
  const { request, opened, outcomes, begun } = run
  for (const stage of request.plan.stages) {
    const failed = begun.has(stage) ? undefined : standsInTheWay(stage, run)
    if (failed === undefined) continue
    for (const { member, actions } of partsOf(stage, opened.ready)) {
      const outcome = outcomeOn(member, outcomes)
      const left = actions.filter((action) => member.standing.pending.includes(action))
      outcome.actions.push(...left.map((action) => entryOf(action, { outcome: 'not begun', seconds: 0 })))
      if (outcome.problems.length === 0) outcome.problems.push(notBegun(stage, member.planned.name, failed))
    }
  }
}

function notBegun(stage: Stage, server: string, failed: string): ServerProblem {
  return {
    code: 'FLIGHT_STEP_FAILED',
    ...onServer(server),
    cause: { server: failed },
    what: `the stage "${stage.name}" was not begun, because of ${failed}`,
    hint: 'settle that first, then plan again',
  }
}

// What is known of a server's work so far, from here on.
function outcomeOn({ planned }: Ready, outcomes: Map<string, ServerOutcome>): ServerOutcome {
  const known = outcomes.get(planned.name) ?? { actions: [], problems: [], interrupted: false }
  outcomes.set(planned.name, known)
  return known
}
