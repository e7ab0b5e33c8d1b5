import { createHash } from 'node:crypto'
import { dirname, basename } from 'node:path/posix'
import { bytesInto } from '../shell/document.ts'
import { quote } from '../shell/quote.ts'
import { keepShell, recordShell } from './keep.ts'
import type { StepSort } from './step.ts'

// Writes beside, compares the digest, keeps the previous content, renames. The name beside begins with a dot and has no
// known ending, so that no daemon that reads the folder takes it for configuration.
export const writeStep: StepSort<'write'> = {
  long: false,
  shell(step, place) {
    const sha256 = createHash('sha256').update(step.content).digest('hex')
    const folder = dirname(step.path)
    const beside = quote(`${folder}/.flight-${basename(step.path)}.new`)
    return [
      `[ -d ${quote(folder)} ] || mkdir -p ${quote(folder)} || exit 1`,
      // However it ends, nothing half written stays.
      `trap ${quote(`rm -f -- ${beside}`)} EXIT; rm -f -- ${beside}`,
      `( umask 077; ${bytesInto(beside, step.content)}\n) || exit 1`,
      `[ "$(sha256sum <${beside})" = "${sha256}  -" ] || { echo "the content did not arrive whole: is the disk ` +
        `full?" >&2; exit 1; }`,
      `chown ${quote(`${step.owner}:${step.group}`)} ${beside} && chmod ${quote(step.mode)} ${beside} && sync ` +
        `${beside} || exit 1`,
      keepShell(step.path, place),
      recordShell(step.path, sha256, step.scope),
      `mv -fT ${beside} ${quote(step.path)}`,
    ].join('\n')
  },
}
