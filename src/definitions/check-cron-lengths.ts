import { cronCommand, cronLog, MOST_CRON_BYTES } from '../shell/cron-command.ts'
import { at, items, text } from './node.ts'
import type { Finding } from './place.ts'
import type { Source } from './source.ts'

// Cron entries of an app whose line would make cron ignore the whole file, silently.
export function checkCronLengths({ name: app, node }: Source): Finding[] {
  return items(at(node, 'servers')).flatMap((server, s) =>
    items(at(server, 'cron')).flatMap((entry, index): Finding[] => {
      const name = text(at(entry, 'name'))
      const command = at(entry, 'command')
      const written = text(command)
      // Of a command that is no line at all, or beyond all measure, the schema has said so.
      if (
        name === undefined ||
        command === undefined ||
        written === undefined ||
        written.length > 4000 ||
        /\p{Cc}/u.test(written)
      )
        return []
      const bytes = Buffer.byteLength(cronCommand(app, cronLog(name), written))
      if (bytes <= MOST_CRON_BYTES) return []
      const what =
        `too long: with what Flight writes around it, it is ${bytes} bytes; with more than ` +
        `${MOST_CRON_BYTES} cron ignores the whole file`
      return [
        {
          code: 'FLIGHT_SCHEMA',
          place: command.place,
          path: ['servers', s, 'cron', index, 'command'],
          what,
          hint: 'put it into an artisan command or a script of the repository',
        },
      ]
    }),
  )
}
