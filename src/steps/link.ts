import { dirname } from 'node:path/posix'
import { program } from '../shell/program.ts'
import { besidePath, recordsOf } from './keep.ts'
import type { StepSort } from './step.ts'

// Makes or moves a symbolic link by rename(2).
export const linkStep: StepSort<'link'> = {
  long: false,
  shell: ({ path, target, owner, group }, place) =>
    program('step-link', {
      ...recordsOf(place),
      path,
      folder: dirname(path),
      beside: besidePath(path),
      target,
      owner: `${owner}:${group}`,
    }),
}
