import { releasePaths } from '../model/app-paths.ts'
import { RELEASES } from '../model/record.ts'
import { quote, words } from '../shell/quote.ts'
import type { StepOf, StepSort } from './step.ts'
import { artifactPath } from './unpack.ts'

// Looks whether what was sent beside is there. Sending is not shell text (engine/host/upload.ts). Whether it is what
// was sent, the far end's own digest decides while it is unpacked: also of one that lay here through a power cut.
export const uploadStep: StepSort<'upload'> = {
  long: false,
  shell(step) {
    return `${isThere(step)} || { echo 'the artifact is not there' >&2; exit 1; }`
  },
}

// What receivedShell prints when nothing is to be sent.
export const ALL_THERE = 'all'

// Shell that makes room and prints how many bytes of the artifact lie there already.
export function receivedShell(step: StepOf<'upload'>): string {
  const part = quote(partPath(step))
  const { record } = releasePaths(step.app, step.release)
  return [
    `mkdir -p -m 0700 ${words(RELEASES, `${RELEASES}/${step.app}`, record)} || exit 1`,
    `if ${isThere(step)}; then echo ${ALL_THERE}; exit 0; fi`,
    `size=$(stat -c %s -- ${part} 2>/dev/null || echo 0)`,
    `[ "$size" -le ${step.size} ] || { rm -f -- ${part}; size=0; }`,
    `echo "$size"`,
  ].join('\n')
}

// Where the artifact lies while it is sent.
export function partPath({ app, release }: StepOf<'upload'>): string {
  return `${artifactPath(app, release)}.part`
}

// A condition: it lies there whole, or was unpacked before.
function isThere({ app, release }: StepOf<'upload'>): string {
  const { record, folder } = releasePaths(app, release)
  return (
    `{ { [ -f ${quote(`${record}/unpacked`)} ] && [ -d ${quote(folder)} ]; } || ` +
    `[ -f ${quote(artifactPath(app, release))} ]; }`
  )
}
