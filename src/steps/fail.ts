import { releasePaths } from '../model/app-paths.ts'
import { program } from '../shell/program.ts'
import type { StepSort } from './step.ts'

// Notes why a release is not to be used; the first reason stays.
export const failStep: StepSort<'fail'> = {
  long: false,
  shell: ({ app, release, why }) => program('step-fail', { record: releasePaths(app, release).record, why }),
}
