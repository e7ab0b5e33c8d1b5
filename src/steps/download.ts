import { dirname } from 'node:path/posix'
import { RUNS } from '../model/record.ts'
import { program } from '../shell/program.ts'
import { besidePath, recordsOf } from './keep.ts'
import type { StepSort } from './step.ts'

// The server downloads; what came is put in place only with the wanted digest.
export const downloadStep: StepSort<'download'> = {
  long: true,
  shell: ({ url, path, sha256, mode, scope }, place) =>
    program('step-download', {
      ...recordsOf(place),
      path,
      folder: dirname(path),
      beside: besidePath(path),
      url,
      sha256,
      mode,
      scope,
      runs: RUNS,
      got: `${RUNS}/download-${sha256.slice(0, 16)}`,
    }),
}

// Downloads a signing key and prints it in base64. It is not trusted yet: the engine compares the fingerprint and
// writes it where apt looks (a `write` step) only when it is the wanted one.
export const keyStep: StepSort<'key'> = {
  long: false,
  shell: ({ key }) =>
    program('step-key', { url: key.url, runs: RUNS, got: `${RUNS}/key-${key.fingerprint.slice(-16)}` }),
}
