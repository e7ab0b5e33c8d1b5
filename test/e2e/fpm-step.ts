import type { ServiceStep } from '../../src/model/step.ts'
import { fpmService } from '../../src/features/services.ts'
import { stepShell } from '../../src/steps/sorts.ts'

// The shell of the step that makes FPM of a version load its configuration, as a plan would bring it to a server.
export function fpmReload(version: string, more: Partial<ServiceStep> = {}, plan = 'a'): string {
  const { unit, configuration, mark, test } = fpmService(version).desired
  return stepShell(
    {
      step: 'service',
      unit,
      does: 'reload',
      configuration,
      mark,
      test,
      changes: [],
      precedes: [],
      patience: 0,
      pools: [],
      waitForNginx: 0,
      ...more,
    },
    { plan: `sha256:${plan.repeat(64)}` },
  ).text
}
