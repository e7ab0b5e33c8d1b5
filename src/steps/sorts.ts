import type { Step } from '../model/step.ts'
import { checkStep } from './check.ts'
import { commandStep } from './command.ts'
import { directoryStep } from './directory.ts'
import { downloadStep, keyStep } from './download.ts'
import { environmentStep } from './environment.ts'
import { failStep } from './fail.ts'
import { installStep } from './install.ts'
import { linkStep } from './link.ts'
import { liveStep } from './live.ts'
import { programsStep } from './programs.ts'
import { pruneStep } from './prune.ts'
import { pushStep } from './push.ts'
import { putBackStep } from './put-back.ts'
import { retireStep } from './retire.ts'
import { serviceStep } from './service.ts'
import type { StepPlace, StepSort } from './step.ts'
import { unpackStep } from './unpack.ts'
import { uploadStep } from './upload.ts'
import { userStep } from './user.ts'
import { writeStep } from './write.ts'

// Every sort of step by its name.
export const STEP_SORTS: { readonly [S in Step['step']]: StepSort<S> } = {
  check: checkStep,
  command: commandStep,
  directory: directoryStep,
  download: downloadStep,
  environment: environmentStep,
  fail: failStep,
  install: installStep,
  key: keyStep,
  link: linkStep,
  live: liveStep,
  programs: programsStep,
  prune: pruneStep,
  push: pushStep,
  'put-back': putBackStep,
  retire: retireStep,
  service: serviceStep,
  unpack: unpackStep,
  upload: uploadStep,
  user: userStep,
  write: writeStep,
}

// The shell text of a step, and whether it runs as a unit of its own.
export function stepShell(step: Step, place: StepPlace): { long: boolean; text: string } {
  const sort = STEP_SORTS[step.step] as StepSort<Step['step']>
  return { long: sort.long, text: sort.shell(step, place) }
}
