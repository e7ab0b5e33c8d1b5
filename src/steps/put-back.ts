import { program } from '../shell/program.ts'
import { recordsOf } from './keep.ts'
import type { StepSort } from './step.ts'

// Puts back what the plan found at a path: the file that lay there, or none.
export const putBackStep: StepSort<'put-back'> = {
  long: false,
  shell: ({ path }, place) => program('step-put-back', { ...recordsOf(place), path }),
}
