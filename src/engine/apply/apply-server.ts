import { kindOf } from '../../kinds/kinds.ts'
import type { Action } from '../../model/action.ts'
import { onServer, type Problem, type ServerProblem } from '../../model/errors.ts'
import type { Host, Lock } from '../../model/host.ts'
import type { PlannedServer } from '../../model/plan.ts'
import type { ReceiptAction } from '../../model/receipt.ts'
import type { InstallStep, Step } from '../../model/step.ts'
import { pathsOf, stepsOf } from '../compare.ts'
import { mayFail, type Says, type Task } from '../tree.ts'

// What came of a server so far; `actions` that were not reached stand there as not begun.
export type ServerOutcome = {
  actions: ReceiptAction[]
  problems: ServerProblem[]
  interrupted: boolean
}

export type ServerWork = {
  host: Host
  lock: Lock
  plan: string
  stage: string
  planned: PlannedServer
  outcome: ServerOutcome
  signal: AbortSignal
  reveal(action: Action): Action // with what the plan does not hold
  patience: number | undefined // milliseconds for which a lost server is tried again
}

// One turn of work: neighbouring packages are one apt transaction, everything else
// is a turn of its own. Its number is its place in the whole plan, however much of
// it is done already: by that number a step that still runs is found again.
type Turn = { number: number; actions: readonly Action[]; steps: readonly Step[] }

// The tasks that do those of a server's planned actions that are pending, in their order. The first failure ends them,
// unless it concerns one app alone: what follows is not begun.
export function turnTasks(planned: readonly Action[], pending: ReadonlySet<Action>, work: ServerWork): Task[] {
  const { outcome, signal } = work
  const { name } = work.planned
  let lockLost: string | undefined
  void work.lock.lost.then((why) => (lockLost = why))
  let isOver = false
  const over = () => {
    isOver = true
    outcome.interrupted = signal.aborted
  }
  const mayBegin = () => {
    if (isOver) return false
    const stop = signal.aborted ? interrupted(name) : lockLost === undefined ? undefined : lostLock(name, lockLost)
    if (stop === undefined) return true
    over()
    outcome.problems.push(stop)
    return false
  }
  return turnsOf(planned, pending, work).map((turn) => {
    const at = outcome.actions.length
    const enter = (how: Pick<ReceiptAction, 'outcome' | 'seconds' | 'error'>) =>
      outcome.actions.splice(at, turn.actions.length, ...turn.actions.map((action) => entryOf(action, how)))
    enter({ outcome: 'not begun', seconds: 0 })
    let began = 0
    const seconds = () => (Date.now() - began) / 1000
    return mayFail(
      { title: addressOfTurn(turn), enabled: mayBegin, rendererOptions: saysOf(turn, name) },
      async (task) => {
        began = Date.now()
        for (const [place, step] of turn.steps.entries()) {
          await work.host.perform(step, {
            plan: work.plan,
            id: `${work.stage}-${turn.number}-${place}`,
            progress: (text) => (task.output = text),
            ...(work.patience === undefined ? {} : { patience: work.patience }),
          })
        }
        enter({ outcome: 'done', seconds: seconds() })
      },
      (error) => {
        enter({ outcome: 'failed', seconds: seconds(), error: error.message })
        if (stopsTheRest(turn)) over()
        outcome.problems.push(...error.problems.map((problem) => placed(problem, name, turn)))
      },
    )
  })
}

function saysOf(turn: Turn, server: string): Says {
  const address = addressOfTurn(turn)
  const [first] = turn.actions
  return {
    begins: () =>
      first === undefined
        ? undefined
        : { event: 'action-begins', server, address, feature: first.feature, verb: first.verb },
    tells: (text) => ({ event: 'action-progress', server, address, text }),
    ends: ({ failed, seconds }) => ({
      event: 'action-ends',
      server,
      address,
      outcome: failed === undefined ? 'done' : 'failed',
      seconds,
      ...(failed === undefined ? {} : { error: failed }),
    }),
  }
}

// What failed, of which of a server's actions.
function placed(problem: Problem, server: string, { actions }: Turn): ServerProblem {
  const [first, ...others] = actions
  const what = others.length > 0 ? `installing ${actions.length} packages` : (first?.address ?? '')
  return {
    ...problem,
    server,
    ...(others.length === 0 && first !== undefined ? { address: first.address } : {}),
    where: `${problem.where}: ${what}`,
  }
}

// Whether nothing may follow when it fails.
function stopsTheRest(turn: Turn): boolean {
  return turn.actions.some(({ kind }) => kindOf(kind).isOneAppsOnly !== true)
}

function turnsOf(planned: readonly Action[], pending: ReadonlySet<Action>, work: ServerWork): Turn[] {
  const groups: Action[][] = []
  for (const action of planned) {
    const last = groups.at(-1)
    if (isInstall(action) && last?.[0] !== undefined && isInstall(last[0])) last.push(action)
    else groups.push([action])
  }
  return groups.flatMap((group, number) => {
    const actions = group.filter((action) => pending.has(action))
    if (actions.length === 0) return []
    const steps = actions.every(isInstall)
      ? [installOf(actions, planned, work.planned)]
      : actions.flatMap((action) => stepsOf(work.reveal(action)))
    return [{ number, actions, steps }]
  })
}

function isInstall({ kind }: Action): boolean {
  return kindOf(kind).installs !== undefined
}

function installOf(actions: readonly Action[], planned: readonly Action[], { install }: PlannedServer): InstallStep {
  return {
    step: 'install',
    packages: actions.flatMap((action) => kindOf(action.kind).installs?.(action).name ?? []),
    refresh: install?.refresh ?? false,
    upgrades: install?.upgrades.map(({ name }) => name) ?? [],
    removes: install?.removes.map(({ name }) => name) ?? [],
    sources: planned.filter(({ kind }) => kindOf(kind).isAptSource).flatMap(pathsOf),
  }
}

function addressOfTurn(turn: Turn): string {
  return turn.actions.length > 1 ? `${turn.actions.length} packages` : (turn.actions[0]?.address ?? '')
}

// An action as a receipt has it.
export function entryOf(
  { address, verb, feature }: Action,
  how: Pick<ReceiptAction, 'outcome' | 'seconds' | 'error'>,
): ReceiptAction {
  return { address, verb, feature, ...how }
}

function interrupted(server: string): ServerProblem {
  return {
    code: 'FLIGHT_INTERRUPTED',
    ...onServer(server),
    what: 'stopped before the next step',
    hint: 'run the same command again: it goes on where it stopped',
  }
}

function lostLock(server: string, why: string): ServerProblem {
  return {
    code: 'FLIGHT_LOCK_LOST',
    ...onServer(server),
    what: why,
    hint: 'run the same command again: it goes on where it stopped',
  }
}
