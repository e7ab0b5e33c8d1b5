import { releasePaths } from '../model/app-paths.ts'
import { RELEASES } from '../model/record.ts'
import { program } from '../shell/program.ts'
import type { StepOf, StepSort } from './step.ts'
import { artifactPath } from './unpack.ts'

// Looks whether what was sent beside is there. Sending is not shell text (engine/host/upload.ts). Whether it is what
// was sent, the far end's own digest decides while it is unpacked: also of one that lay here through a power cut.
export const uploadStep: StepSort<'upload'> = {
  long: false,
  shell: (step) => program('step-upload', whereItLies(step)),
}

// What receivedShell prints when nothing is to be sent.
export const ALL_THERE = 'all'

// Shell that makes room and prints how many bytes of the artifact lie there already.
export function receivedShell(step: StepOf<'upload'>): string {
  return program('upload-received', {
    ...whereItLies(step),
    releases: RELEASES,
    of_app: `${RELEASES}/${step.app}`,
    part: partPath(step),
    size: step.size,
  })
}

// Where the artifact lies while it is sent.
export function partPath({ app, release }: StepOf<'upload'>): string {
  return `${artifactPath(app, release)}.part`
}

function whereItLies({ app, release }: StepOf<'upload'>): { record: string; folder: string; artifact: string } {
  const { record, folder } = releasePaths(app, release)
  return { record, folder, artifact: artifactPath(app, release) }
}
