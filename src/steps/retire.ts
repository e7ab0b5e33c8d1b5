import { RETIRED_MARK } from '../model/record.ts'
import { program } from '../shell/program.ts'
import { besidePath, recordsOf } from './keep.ts'
import type { StepSort } from './step.ts'

// Rewrites a file that nobody wants any more to one comment, and keeps what it was.
export const retireStep: StepSort<'retire'> = {
  long: false,
  shell: ({ path, comment, because }, place) =>
    program('step-retire', {
      ...recordsOf(place),
      path,
      beside: besidePath(path),
      comment,
      mark: RETIRED_MARK,
      because,
    }),
}
