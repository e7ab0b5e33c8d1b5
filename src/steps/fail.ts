import { releasePaths } from '../model/app-paths.ts'
import { quote } from '../shell/quote.ts'
import type { StepSort } from './step.ts'

// Notes why a release is not to be used; the first reason stays. One that is not known here needs no note, and one that
// was live and healthy on all servers stays one to go back to.
export const failStep: StepSort<'fail'> = {
  long: false,
  shell({ app, release, why }) {
    const { record } = releasePaths(app, release)
    return (
      `[ ! -d ${quote(record)} ] || [ -e ${quote(`${record}/failed`)} ] || [ -e ${quote(`${record}/good`)} ] ` +
      `|| { printf '%s\\n' ${quote(why)} >${quote(`${record}/failed.new`)} && mv -f ${quote(`${record}/failed.new`)} ` +
      `${quote(`${record}/failed`)}; }`
    )
  },
}
