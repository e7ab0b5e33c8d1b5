import { basename, dirname } from 'node:path/posix'
import { quote } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import { bytesTo } from '../shell/document.ts'
import type { StepSort } from './step.ts'

// Written beside, synced, renamed, by the app's own user: a link
// or a pipe that the app put there is replaced, not followed.
export const environmentStep: StepSort<'environment'> = {
  long: false,
  shell({ app, path, content }) {
    const beside = `.flight-${basename(path)}.new`
    const write =
      `cd -P -- ${quote(dirname(path))} && umask 077 && rm -rf -- ${quote(beside)} && cat ` +
      `>${quote(beside)} && sync ${quote(beside)} && exec mv -fT -- ${quote(beside)} ${quote(basename(path))}`
    return bytesTo(runAs(app, write), content.reveal()).trimEnd()
  },
}
