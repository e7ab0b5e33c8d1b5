import { quote, words } from '../shell/quote.ts'
import type { StepSort } from './step.ts'

// Makes a system user with a group of its own name. One that is there stays as it is.
export const userStep: StepSort<'user'> = {
  long: false,
  shell(step) {
    const home = step.createHome ? '--create-home' : '--no-create-home'
    return [
      `getent passwd -- ${quote(step.name)} >/dev/null && exit 0`,
      words('useradd', '--system', '--user-group', home, '--home-dir', step.home, '--shell', step.shell, step.name),
    ].join('\n')
  },
}
