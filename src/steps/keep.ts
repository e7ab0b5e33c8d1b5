import { basename, dirname } from 'node:path/posix'
import { FORGOTTEN, KEPT, MANIFEST } from '../model/record.ts'
import type { StepPlace } from './step.ts'

// Where the content that a plan found at a path is kept. `.absent` beside it says that there was none.
export function keptPath(path: string, place: StepPlace): string {
  return `${KEPT}/${place.plan.replace('sha256:', '').slice(0, 12)}${path}`
}

// What src/remote/lib-records.sh is given.
export function recordsOf(place: StepPlace): { [name: string]: string } {
  return { manifest: MANIFEST, kept: KEPT, plan_kept: keptPath('', place), forgotten: FORGOTTEN }
}

// Where a file is written before it is renamed. The name begins with a dot and has no known ending, so that no daemon
// that reads the folder takes it for configuration.
export function besidePath(path: string): string {
  return `${dirname(path)}/.flight-${basename(path)}.new`
}
