import { releasePaths } from '../model/app-paths.ts'
import { RELEASES } from '../model/record.ts'
import { quote, words } from '../shell/quote.ts'
import type { StepOf, StepSort } from './step.ts'
import { artifactPath } from './unpack.ts'

// Takes in what was sent beside, when it is all there. Sending is not shell text
// (engine/upload.ts); this is what comes before it, and after. Whether it is what was sent, the far
// end's own digest decides while it is unpacked: also of one that lay here through a power cut.
export const uploadStep: StepSort<'upload'> = {
  long: false,
  shell(step) {
    const { part, whole, isUnpacked } = placesOf(step)
    return [
      `if ${isUnpacked} || [ -f ${whole} ]; then exit 0; fi`,
      `[ "$(stat -c %s -- ${part})" = ${step.size} ] || { rm -f -- ${part}; echo 'what arrived is not what was ` +
        `sent' >&2; exit 1; }`,
      `mv -f -- ${part} ${whole}`,
    ].join('\n')
  },
}

function placesOf({ app, release }: StepOf<'upload'>): {
  record: string
  isUnpacked: string
  part: string
  whole: string
} {
  const whole = artifactPath(app, release)
  const { record, folder } = releasePaths(app, release)
  return {
    record: quote(record),
    isUnpacked: `{ [ -f ${quote(`${record}/unpacked`)} ] && [ -d ${quote(folder)} ]; }`,
    part: quote(`${whole}.part`),
    whole: quote(whole),
  }
}

// Shell that makes room and prints how many bytes of it lie there already; all of them where nothing is to be sent.
export function receivedShell(step: StepOf<'upload'>): string {
  const { record, isUnpacked, part, whole } = placesOf(step)
  return [
    `mkdir -p -m 0700 ${words(RELEASES, `${RELEASES}/${step.app}`)} ${record} || exit 1`,
    `if ${isUnpacked} || [ -f ${whole} ]; then echo ${step.size}; exit 0; fi`,
    `size=$(stat -c %s -- ${part} 2>/dev/null || echo 0); [ "$size" -le ${step.size} ] || { rm -f -- ${part}; ` +
      `size=0; }`,
    `echo "$size"`,
  ].join('\n')
}

// The command line that appends what it is sent.
export function appendCommand(step: StepOf<'upload'>): string {
  return words('/bin/sh', '-c', 'umask 077; exec cat >>"$1"', 'flight', `${artifactPath(step.app, step.release)}.part`)
}
