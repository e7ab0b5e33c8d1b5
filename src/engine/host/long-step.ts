import { posix } from 'node:path'
import { releasePaths } from '../../model/app-paths.ts'
import type { LockClaim, StepContext } from '../../model/host.ts'
import { RUNS } from '../../model/record.ts'
import type { Step } from '../../model/step.ts'
import { program } from '../../shell/program.ts'

// Where a long step runs: a transient systemd unit of this name,
// with its script, output and exit code in a folder of root's.
export type LongRun = { unit: string; folder: string }

// A long step of a release is found again by every plan that has
// to do with that release; any other by runs of the same plan.
export function runOf(step: Step, { plan, id }: Pick<StepContext, 'plan' | 'id'>): LongRun {
  if (step.step === 'command')
    return {
      unit: `${releaseUnits(step)}${step.key}`,
      folder: `${releasePaths(step.app, step.release).commands}/${step.key}`,
    }
  const unit =
    step.step === 'unpack' || step.step === 'prune'
      ? `${releaseUnits(step)}${step.step}`
      : `${unitPrefix(plan)}${id.replace(/[^a-z0-9-]/gi, '-')}`
  return { unit, folder: `${RUNS}/${unit}` }
}

function releaseUnits({ app, release }: { app: string; release: string }): string {
  return `flight-of-${app}-${release}-`
}

// What the units of one plan's other steps begin with.
export function unitPrefix(plan: string): string {
  return `flight-${plan.replace('sha256:', '').slice(0, 12)}-`
}

// Shell that starts a long step, once for each token. What is to run `once` does not begin again when it has succeeded.
export function startShell(
  { unit, folder }: LongRun,
  { script, token, once = false, before = ':' }: { script: string; token: string; once?: boolean; before?: string },
): string {
  return program('step-start', {
    unit,
    folder,
    parent: posix.dirname(folder),
    runs: RUNS,
    script,
    token,
    once: once ? '1' : '',
    before,
  })
}

// Shell that prints a running step's output as it comes, and ends when the step ends: exit 0 with the step's code in a
// last line `rc N`, or 3 when its unit is gone without one.
export function followShell({ unit, folder }: LongRun, most = 1_000_000): string {
  return program('step-follow', { unit, folder, most })
}

// Shell that names the steps of Flight that are running, and since when (UTC).
export const runningScript = () => program('running-steps')

export type RunningStep = { unit: string; since: string }

// The steps that it printed. A server that takes a push back
// has a lock of its own for that, and may have to try again for long.
export function runningSteps(output: string): RunningStep[] {
  return output
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([unit, since]) =>
      unit === undefined || !/^flight-(?!revert-env-)[0-9a-z-]+\.service$/.test(unit)
        ? []
        : [{ unit, since: since ?? '' }],
    )
}

// Those of them that stand in the way of a run: not its own, and not those of an app that it does not touch.
export function inTheWay(running: readonly RunningStep[], plan: string, claim: LockClaim): RunningStep[] {
  const others = running.filter(({ unit }) => !unit.startsWith(unitPrefix(plan)))
  if (claim === 'server') return others
  return others.filter(({ unit }) => {
    const [, app, release] = /^flight-of-([a-z0-9-]+)-([0-9a-f]{12}-\d+)-[a-z0-9-]+\.service$/.exec(unit) ?? []
    if (app === undefined) return true
    const claimed = claim.find((each) => each.app === app)
    return claimed !== undefined && claimed.release !== release
  })
}
