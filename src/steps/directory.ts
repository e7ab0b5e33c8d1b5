import { program } from '../shell/program.ts'
import type { StepSort } from './step.ts'

// Makes a directory or sets its owner and mode. Five digits: with fewer chmod leaves a folder's setgid bit.
export const directoryStep: StepSort<'directory'> = {
  long: false,
  shell: ({ path, owner, group, mode, by }) =>
    program('step-directory', { path, owner, group, mode: mode.padStart(5, '0'), by }),
}
