import { basename, dirname } from 'node:path/posix'
import { program } from '../shell/program.ts'
import type { StepSort } from './step.ts'

// Writes an environment file, by the app's own user.
export const environmentStep: StepSort<'environment'> = {
  long: false,
  shell: ({ app, path, content }) =>
    program('step-environment', {
      app,
      folder: dirname(path),
      name: basename(path),
      content: Buffer.from(content.reveal()).toString('base64'),
    }),
}
