import { FlightError, type Problem } from '../../model/errors.ts'
import type { Action } from '../../model/action.ts'
import type { Step } from '../../model/step.ts'
import { isAllOrNone } from '../../model/plan.ts'
import { onOneLine } from '../../model/printable.ts'
import { type Phase, readStageName, RELEASE_PHASES, type ReleasePhase } from '../../model/stage-name.ts'
import type { ServerOutcome } from './apply-server.ts'
import { undoOf } from '../compare.ts'
import type { ApplyRequest, Ready } from './prepare-apply.ts'

type Outcomes = ReadonlyMap<string, ServerOutcome>

const CRITICAL: readonly Phase[] = ['write', 'rebuild', 'go live', 'check live', 'confirm']

// What lies between the first server's going live and the moment from which on all stay: all servers do it at the same
// moment, however many may be worked on at once otherwise, and nobody interrupts it half way.
export function isCritical(stage: string): boolean {
  const phase = readStageName(stage)?.phase
  return phase !== undefined && CRITICAL.includes(phase)
}

// What only says that nobody knows: it makes no release a failed
// one, and once all servers stay live it is no reason to go back.
const UNKNOWN = [
  'FLIGHT_LOCKED',
  'FLIGHT_HOST_KEY_CHANGED',
  'FLIGHT_AUTHENTICATION',
  'FLIGHT_CUT_OFF',
  'FLIGHT_CONNECTION_LOST',
  'FLIGHT_UNREACHABLE',
  'FLIGHT_LOCK_LOST',
  'FLIGHT_INTERRUPTED',
]

// What has to be taken back when a release did not work, and why; undefined when it worked, or when what is done stays.
export function reasonToGoBack(
  request: ApplyRequest,
  outcomes: Outcomes,
  stopped: string | undefined,
): { problem: Problem; wasLive: boolean } | undefined {
  if (!isAllOrNone(request.plan) || stopped === undefined) return undefined
  const phase = readStageName(stopped)?.phase as ReleasePhase
  const at = RELEASE_PHASES.indexOf(phase)
  if (phase === 'finish') return undefined
  const problems = [...outcomes.values()].flatMap(({ caused }) => caused ?? [])
  const certain = problems.find(({ code }) => !UNKNOWN.includes(code))
  const wasLive = at >= RELEASE_PHASES.indexOf('write')
  const staysLive = at > RELEASE_PHASES.indexOf('confirm')
  const problem =
    certain ?? (wasLive && !staysLive ? problems.find(({ code }) => code !== 'FLIGHT_INTERRUPTED') : undefined)
  return problem === undefined ? undefined : { problem, wasLive }
}

// How long a server that cannot be reached is tried, in milliseconds:
// the others have gone back by then, and it goes back by itself.
const PATIENCE = 15_000

// Takes a release back on all servers: first where `current` points to, everywhere at once, then what follows from it.
export async function goBack(
  ready: readonly Ready[],
  outcomes: Outcomes,
  request: ApplyRequest,
  { problem, wasLive }: { problem: Problem; wasLive: boolean },
): Promise<Problem[]> {
  const why = onOneLine(`${problem.where}: ${problem.what}`).slice(0, 300)
  if (wasLive) request.listen({ event: 'note', text: `going back on all servers, because of ${why}` })
  const problems: Problem[] = []
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
  const isSwitch = (action: Action) =>
    (action.kind === 'live' && action.after.does === 'switch') ||
    (action.kind === 'push' && action.after.does === 'write')
  // A release that is live elsewhere is no failed one because a server cannot join.
  const joining = new Set(plan.releases.filter(({ joins }) => joins).map(({ app }) => app))
  const steps = actions
    .filter((action) => isSwitch(action) === ofSwitch)
    .flatMap((action) => undoOf(action, why))
    .filter((step) => step.step !== 'fail' || !joining.has(step.app))
  return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()]
}
