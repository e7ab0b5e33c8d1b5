import { kindOf } from '../../kinds/kinds.ts'
import { FlightError, type ServerProblem } from '../../model/errors.ts'
import type { Action } from '../../model/action.ts'
import type { Step } from '../../model/step.ts'
import { onOneLine } from '../../model/printable.ts'
import type { ServerOutcome } from './apply-server.ts'
import { undoOf } from '../compare.ts'
import { undertakingOf } from '../undertakings/registry.ts'
import type { ReasonToGoBack } from '../undertakings/undertaking.ts'
import type { ApplyRequest, Ready } from './prepare-apply.ts'

type Outcomes = ReadonlyMap<string, ServerOutcome>

// How long a server that cannot be reached is tried, in milliseconds:
// the others have gone back by then, and it goes back by itself.
const PATIENCE = 15_000

// Takes everything back on all servers: first where `current` points to, everywhere at once, then what follows from it.
export async function goBack(
  ready: readonly Ready[],
  outcomes: Outcomes,
  request: ApplyRequest,
  { problem, wasLive }: ReasonToGoBack,
): Promise<ServerProblem[]> {
  const why = onOneLine(`${problem.where}: ${problem.what}`).slice(0, 300)
  if (wasLive) request.listen({ event: 'note', text: `going back on all servers, because of ${why}` })
  const problems: ServerProblem[] = []
  for (const isSwitch of [true, false]) {
    await Promise.all(
      ready.map(async ({ host, planned }) => {
        for (const step of stepsBack(request, outcomes, planned.name, why, isSwitch)) {
          try {
            await host.perform(step, {
              plan: request.plan.digest,
              id: 'back',
              progress: (text) => request.listen({ event: 'note', text: `${planned.name}: ${text}` }),
              patience: PATIENCE,
            })
          } catch (error) {
            if (!(error instanceof FlightError)) throw error
            problems.push(
              ...error.problems.map((each) => ({
                ...each,
                server: planned.name,
                what: `could not go back: ${each.what}`,
                hint: 'a server that was not confirmed goes back by itself soon; run the same command again then',
              })),
            )
            return
          }
        }
      }),
    )
  }
  return problems
}

// The steps that take back what was begun on a server, each once.
function stepsBack({ plan }: ApplyRequest, outcomes: Outcomes, server: string, why: string, ofSwitch: boolean): Step[] {
  const begun = new Set(
    outcomes
      .get(server)
      ?.actions.filter(({ outcome }) => outcome !== 'not begun')
      .map(({ address }) => address),
  )
  const actions = plan.stages
    .flatMap((stage) => stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions))
    .filter((action) => begun.has(action.address))
  const isSwitch = ({ kind, after }: Action) => kindOf(kind).isSwitch?.(after) ?? false
  const { wayBack } = undertakingOf(plan)
  const steps = actions
    .filter((action) => isSwitch(action) === ofSwitch)
    .flatMap((action) => undoOf(action, why))
    .filter((step) => wayBack?.spares(step) !== true)
  return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()]
}
