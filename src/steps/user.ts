import { program } from '../shell/program.ts'
import { recordsOf } from './keep.ts'
import type { StepSort } from './step.ts'

// Makes a system user with a group of its own name. One that is there stays as it is. An app's home is noted in the
// manifest, so that it can be named as left over once nobody wants the app here.
export const userStep: StepSort<'user'> = {
  long: false,
  shell: ({ name, home, shell, scope }, place) =>
    program('step-user', { ...recordsOf(place), name, home, shell, scope, noted: scope === 'cluster' ? '' : '1' }),
}
