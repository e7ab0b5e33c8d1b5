import { createHash } from 'node:crypto'
import { dirname } from 'node:path/posix'
import { program } from '../shell/program.ts'
import { besidePath, recordsOf } from './keep.ts'
import type { StepSort } from './step.ts'

// Writes beside, compares the digest, keeps the previous content, renames.
export const writeStep: StepSort<'write'> = {
  long: false,
  shell: ({ path, content, owner, group, mode, scope }, place) =>
    program('step-write', {
      ...recordsOf(place),
      path,
      folder: dirname(path),
      beside: besidePath(path),
      content: Buffer.from(content).toString('base64'),
      sha256: createHash('sha256').update(content).digest('hex'),
      owner: `${owner}:${group}`,
      mode,
      scope,
    }),
}
