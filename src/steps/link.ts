import { basename, dirname } from 'node:path/posix'
import { quote } from '../shell/quote.ts'
import { keepShell } from './keep.ts'
import type { StepSort } from './step.ts'

// Makes or moves a symbolic link by rename(2): at no moment is
// there none (domain.md: `ln -sfn` unlinks first on some systems).
export const linkStep: StepSort<'link'> = {
  long: false,
  shell(step, place) {
    const beside = quote(`${dirname(step.path)}/.flight-${basename(step.path)}.new`)
    return [
      `[ -d ${quote(dirname(step.path))} ] || mkdir -p ${quote(dirname(step.path))} || exit 1`,
      keepShell(step.path, place),
      `rm -f -- ${beside} && ln -s -- ${quote(step.target)} ${beside} && chown -h ` +
        `${quote(`${step.owner}:${step.group}`)} ${beside} && mv -fT ${beside} ${quote(step.path)}`,
    ].join('\n')
  },
}
