import { quote } from '../shell/quote.ts'
import type { StepSort } from './step.ts'

// Makes a directory or sets its owner and mode. A link in its place is not followed.
export const directoryStep: StepSort<'directory'> = {
  long: false,
  shell(step) {
    const path = quote(step.path)
    return [
      `if [ -L ${path} ]; then printf "%s is a link, not a directory\\n" ${path} >&2; exit 1; fi`,
      `mkdir -p ${path} && chown -h ${quote(`${step.owner}:${step.group}`)} ${path} && chmod ${quote(step.mode)} ${path}`,
    ].join('\n')
  },
}
