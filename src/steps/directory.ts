import { quote } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import type { StepSort } from './step.ts'

// Makes a directory or sets its owner and mode, as the user who may do it. Five digits:
// with fewer chmod leaves a folder's setgid bit. A link in its place is not followed; in
// an app's tree a link on the way there leads no further than that app's user may go.
export const directoryStep: StepSort<'directory'> = {
  long: false,
  shell(step) {
    const path = quote(step.path)
    const own =
      step.by === 'root'
        ? `chown -h ${quote(`${step.owner}:${step.group}`)} ${path}`
        : `chgrp -h ${quote(step.group)} ${path}`
    return [
      `if [ -L ${path} ]; then printf "%s is a link, not a directory\\n" ${path} >&2; exit 1; fi`,
      runAs(step.by, `mkdir -p ${path} && ${own} && chmod ${quote(step.mode.padStart(5, '0'))} ${path}`),
    ].join('\n')
  },
}
