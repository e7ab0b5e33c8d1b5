import { appPaths } from '../model/app-paths.ts'
import { quote, words } from './quote.ts'

// What cron takes on one line behind the user's name. With more it ignores
// the whole file without a word (measured: 998 bytes run, 999 do not).
export const MOST_CRON_BYTES = 998

// What cron runs of an app: a command in its live release, all output appended to
// a log there. The app's own user opens that; and the command has a shell of its
// own: nothing in it, a comment, an open quote, can reach around its redirection.
export function cronCommand(app: string, log: string, command: string): string {
  const into = words(`storage/logs/${log}.log`)
  return cronText(
    `cd -P ${quote(appPaths(app).current)} && umask 022 && mkdir -p storage/logs && exec /bin/sh -c ` +
      `${words(command)} >>${into} 2>&1`,
  )
}

// The name of the log of an entry that has a name of its own.
export const cronLog = (name: string) => `cron-${name}`

// A command line as cron reads it: a bare % would end it. Where a backslash stands before another one or a %, an empty
// pair of quotes keeps them apart: what cron makes of two differs. Such a place is always inside single quotes.
function cronText(line: string): string {
  return line.replace(/\\(?=[\\%])/g, "\\''").replaceAll('%', '\\%')
}
