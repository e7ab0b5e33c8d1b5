import { kindOf } from '../../kinds/kinds.ts'
import type { Action } from '../../model/action.ts'
import { FlightError, onServer, type ServerProblem } from '../../model/errors.ts'
import type { Listener } from '../../model/event.ts'
import type { Host, Lock } from '../../model/host.ts'
import type { PlannedServer } from '../../model/plan.ts'
import type { ReceiptAction } from '../../model/receipt.ts'
import type { InstallStep, Step } from '../../model/step.ts'
import { pathsOf, stepsOf } from '../compare.ts'

export type ServerWork = {
  host: Host
  lock: Lock
  plan: string
  stage: string
  planned: PlannedServer
  listen: Listener
  signal: AbortSignal
  reveal(action: Action): Action // with what the plan does not hold
  patience: number | undefined // milliseconds for which a lost server is tried again
}

export type ServerOutcome = {
  actions: readonly ReceiptAction[]
  problems: readonly ServerProblem[]
  interrupted: boolean
}

// One turn of work: neighbouring packages are one apt transaction, everything else
// is a turn of its own. Its number is its place in the whole plan, however much of
// it is done already: by that number a step that still runs is found again.
type Turn = { number: number; actions: readonly Action[]; steps: readonly Step[] }

// Does those of a server's planned actions that are pending, in their order. The first failure ends it, unless it
// concerns one app alone: what follows is not begun.
export async function applyServer(
  planned: readonly Action[],
  pending: ReadonlySet<Action>,
  work: ServerWork,
): Promise<ServerOutcome> {
  const done: ReceiptAction[] = []
  const failed: ServerProblem[] = []
  let lockLost: string | undefined
  void work.lock.lost.then((why) => (lockLost = why))
  const turns = turnsOf(planned, pending, work)
  for (const [index, turn] of turns.entries()) {
    // Let a lost lock that is known already be heard before the next write.
    await Promise.resolve()
    const stop = work.signal.aborted
      ? interrupted(work.planned.name)
      : lockLost === undefined
        ? undefined
        : lostLock(work.planned.name, lockLost)
    if (stop !== undefined) return ended(done, turns.slice(index), [...failed, ...stop], work)
    const began = Date.now()
    const [first] = turn.actions
    if (first !== undefined)
      work.listen({
        event: 'action-begins',
        server: work.planned.name,
        address: addressOfTurn(turn),
        feature: first.feature,
        verb: first.verb,
      })
    try {
      for (const [place, step] of turn.steps.entries()) {
        await work.host.perform(step, {
          plan: work.plan,
          id: `${work.stage}-${turn.number}-${place}`,
          progress: (text) =>
            work.listen({ event: 'action-progress', server: work.planned.name, address: addressOfTurn(turn), text }),
          ...(work.patience === undefined ? {} : { patience: work.patience }),
        })
      }
    } catch (error) {
      if (!(error instanceof FlightError)) throw error
      const problems = error.problems.map((problem) => ({
        ...problem,
        server: work.planned.name,
        ...(turn.actions.length === 1 && first !== undefined ? { address: first.address } : {}),
        where:
          `${problem.where}: ` +
          `${turn.actions.length > 1 ? `installing ${turn.actions.length} packages` : (first?.address ?? '')}`,
      }))
      done.push(...outcomes(turn, 'failed', began, error.message))
      tell(turn, 'failed', began, work, error.message)
      if (!stopsTheRest(turn)) {
        failed.push(...problems)
        continue
      }
      return ended(done, turns.slice(index + 1), [...failed, ...problems], work)
    }
    done.push(...outcomes(turn, 'done', began))
    tell(turn, 'done', began, work)
  }
  return { actions: done, problems: failed, interrupted: false }
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

function outcomes(turn: Turn, outcome: ReceiptAction['outcome'], began: number, error?: string): ReceiptAction[] {
  const seconds = (Date.now() - began) / 1000
  return turn.actions.map((action) => ({
    address: action.address,
    verb: action.verb,
    feature: action.feature,
    outcome,
    seconds,
    ...(error === undefined ? {} : { error }),
  }))
}

function tell(turn: Turn, outcome: ReceiptAction['outcome'], began: number, work: ServerWork, error?: string): void {
  work.listen({
    event: 'action-ends',
    server: work.planned.name,
    address: addressOfTurn(turn),
    outcome,
    seconds: (Date.now() - began) / 1000,
    ...(error === undefined ? {} : { error }),
  })
}

function ended(
  done: ReceiptAction[],
  rest: readonly Turn[],
  problems: readonly ServerProblem[],
  work: ServerWork,
): ServerOutcome {
  const skipped = rest.flatMap((turn) => outcomes(turn, 'not begun', Date.now()))
  return { actions: [...done, ...skipped], problems, interrupted: work.signal.aborted }
}

function interrupted(server: string): ServerProblem[] {
  return [
    {
      code: 'FLIGHT_INTERRUPTED',
      ...onServer(server),
      what: 'stopped before the next step',
      hint: 'run the same command again: it goes on where it stopped',
    },
  ]
}

function lostLock(server: string, why: string): ServerProblem[] {
  return [
    {
      code: 'FLIGHT_LOCK_LOST',
      ...onServer(server),
      what: why,
      hint: 'run the same command again: it goes on where it stopped',
    },
  ]
}
