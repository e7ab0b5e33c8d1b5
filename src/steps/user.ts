import { quote, words } from '../shell/quote.ts'
import { SERVER_FOLDER } from '../model/record.ts'
import { recordShell } from './keep.ts'
import type { StepSort } from './step.ts'

// Makes a system user with a group of its own name. One that is there stays as it is. An app's home is noted in the
// manifest, so that it can be named as left over once nobody wants the app here.
export const userStep: StepSort<'user'> = {
  long: false,
  shell(step) {
    return [
      `getent passwd -- ${quote(step.name)} >/dev/null && exit 0`,
      ...(step.scope === 'cluster'
        ? []
        : [`mkdir -p ${SERVER_FOLDER} || exit 1`, recordShell(step.home, '0'.repeat(64), step.scope)]),
      words(
        'useradd',
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        step.home,
        '--shell',
        step.shell,
        step.name,
      ),
    ].join('\n')
  },
}
