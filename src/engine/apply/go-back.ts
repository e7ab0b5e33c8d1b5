import type { Problem } from '../../model/errors.ts'
import type { Step } from '../../model/step.ts'
import { onOneLine } from '../../model/printable.ts'
import { undoOf } from '../compare.ts'
import { inTurn, mayFail, sideBySide, type Task } from '../tree.ts'
import { planningOf } from '../undertakings/registry.ts'
import type { ReasonToGoBack } from '../undertakings/undertaking.ts'
import type { Ready, Run } from './run.ts'

// How long a server that cannot be reached is tried, in milliseconds:
// the others have gone back by then, and it goes back by itself.
const PATIENCE = 15_000

// Takes everything back on all servers where what did not work on one of them is a reason for it: first where `current`
// points to, everywhere at once, then what follows from it. What that came to is the run's.
export function goBackTask(run: Run): Task {
  const { opened } = run
  return {
    title: 'take back',
    enabled: () => reasonIn(run) !== undefined,
    rendererOptions: {
      begins: () => {
        const reason = reasonIn(run)
        return reason?.wasLive === true
          ? { event: 'note', text: `going back on all servers, because of ${whyOf(reason)}` }
          : undefined
      },
    },
    task: (_context, parent) => {
      const reason = reasonIn(run)
      if (reason === undefined) return undefined
      return inTurn(
        parent,
        [true, false].map((isFirst) => ({
          title: isFirst ? 'what is live' : 'what follows from it',
          task: (_inner, switching) =>
            sideBySide(
              switching,
              opened.ready.map((member) => undoTask(member, run, whyOf(reason), isFirst)),
              opened.ready.length,
            ),
        })),
      )
    },
  }
}

// The steps of one server, of which the first that fails is the last.
function undoTask({ host, planned }: Ready, run: Run, why: string, isFirst: boolean): Task {
  const { request, back } = run
  return mayFail(
    {
      title: planned.name,
      rendererOptions: { tells: (text) => ({ event: 'note', text: `${planned.name}: ${text}` }) },
    },
    async (task) => {
      for (const step of stepsBack(run, planned.name, why, isFirst))
        await host.perform(step, {
          plan: request.plan.digest,
          id: 'back',
          progress: (text) => (task.output = text),
          patience: PATIENCE,
        })
    },
    (error) =>
      back.push(
        ...error.problems.map((each) => ({
          ...each,
          server: planned.name,
          what: `could not go back: ${each.what}`,
          hint: 'a server that was not confirmed goes back by itself soon; run the same command again then',
        })),
      ),
  )
}

// What a receipt says of a run that was taken back, first of all problems.
export function wentBack(run: Run): Problem[] {
  const { request, back } = run
  const { wayBack } = planningOf(request.plan)
  const reason = reasonIn(run)
  if (wayBack === undefined || reason === undefined || !reason.wasLive) return back
  const { words } = wayBack
  const left =
    back.length === 0 ? words.restored : `look at ${[...new Set(back.map(({ server }) => server))].join(', ')}`
  const { where, what } = reason.problem
  return [
    {
      code: 'FLIGHT_WENT_BACK',
      where: words.what,
      what: `${words.wasDone} and was taken back (${left}), because of ${where}: ${what}`,
      hint: `correct the cause, then ${words.again} again`,
    },
    ...back,
  ]
}

function reasonIn({ request, begun, outcomes }: Run): ReasonToGoBack | undefined {
  const own = [...outcomes.values()].flatMap(({ problems }) => problems.filter(({ cause }) => cause === undefined))
  const stopped = own.length === 0 ? undefined : [...begun].at(-1)
  return stopped === undefined ? undefined : planningOf(request.plan).wayBack?.reason(stopped.name, own)
}

function whyOf({ problem }: ReasonToGoBack): string {
  return onOneLine(`${problem.where}: ${problem.what}`).slice(0, 300)
}

// The steps that take back what was begun on a server, each once.
function stepsBack({ request: { plan }, outcomes }: Run, server: string, why: string, isFirst: boolean): Step[] {
  const { wayBack } = planningOf(plan)
  const begun = new Set(
    outcomes
      .get(server)
      ?.actions.filter(({ outcome }) => outcome !== 'not begun')
      .map(({ address }) => address),
  )
  const steps = plan.stages
    .filter(({ name }) => wayBack?.goesBackFirst(name) === isFirst)
    .flatMap((stage) => stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions))
    .filter((action) => begun.has(action.address))
    .flatMap((action) => undoOf(action, why))
    .filter((step) => wayBack?.spares(step) !== true)
  return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()]
}
