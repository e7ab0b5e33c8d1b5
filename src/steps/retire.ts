import { basename, dirname } from 'node:path/posix'
import { RETIRED_MARK } from '../model/record.ts'
import { quote } from '../shell/quote.ts'
import { keepShell, recordShell } from './keep.ts'
import type { StepSort } from './step.ts'

// Rewrites a file that nobody wants any more to one comment, and keeps what it was. Its mode and owner stay.
export const retireStep: StepSort<'retire'> = {
  long: false,
  shell(step, place) {
    const path = quote(step.path)
    const beside = quote(`${dirname(step.path)}/.flight-${basename(step.path)}.new`)
    return [
      `[ -f ${path} ] && [ ! -L ${path} ] || exit 0`,
      keepShell(step.path, place),
      `trap ${quote(`rm -f -- ${beside}`)} EXIT`,
      `cp -a -- ${path} ${beside} && printf '%s %s on %s: %s\\n' ${quote(step.comment)} ${quote(RETIRED_MARK)} ` +
        `"$(date -u +%F)" ${quote(step.because)} >${beside} && sync ${beside} || exit 1`,
      // Only then: what is recorded as retired is not looked at again.
      `mv -fT ${beside} ${path} || exit 1`,
      recordShell(step.path, '0'.repeat(64), 'retired'),
    ].join('\n')
  },
}
