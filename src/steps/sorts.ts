import type { Step } from '../model/step.ts'
import { directoryStep } from './directory.ts'
import { downloadStep } from './download.ts'
import { installStep } from './install.ts'
import { keyStep } from './key.ts'
import { linkStep } from './link.ts'
import { programsStep } from './programs.ts'
import { retireStep } from './retire.ts'
import { serviceStep } from './service.ts'
import type { StepPlace, StepSort } from './step.ts'
import { userStep } from './user.ts'
import { writeStep } from './write.ts'

const STEP_SORTS: { readonly [S in Step['step']]: StepSort<S> } = {
  directory: directoryStep,
  download: downloadStep,
  install: installStep,
  key: keyStep,
  link: linkStep,
  programs: programsStep,
  retire: retireStep,
  service: serviceStep,
  user: userStep,
  write: writeStep,
}

// The shell text of a step, and whether it runs as a unit of its own.
export function stepShell(step: Step, place: StepPlace): { long: boolean; text: string } {
  const sort = STEP_SORTS[step.step] as StepSort<Step['step']>
  return { long: sort.long, text: sort.shell(step, place) }
}
