import { FlightError } from '../../model/errors.ts'
import { print } from '../../cli/everywhere/output.ts'
import { readForPush, type PushableFiles } from './environments.ts'
import { isThere } from '../is-there.ts'
import { refuseOutdated, refuseUnlikeServers } from './judge-push.ts'
import { defaultFile, type LocalEnvironment, readLocalEnvironment } from './local-environment.ts'
import { lastPull, notePull } from './pulled.ts'
import { refuseWithoutTerminal } from '../../cli/everywhere/question.ts'
import { sameOnAll, type Sending, sendEnvironments } from './send.ts'
import { type Session, withLastingSession } from '../session.ts'

type Flags = Sending & {
  app: string
  file: string | undefined
  server: readonly string[] | undefined
  all: boolean
  force: boolean
  identity: readonly string[] | undefined
}

// Brings a file that lies here to the servers of an app; the exit code.
export async function pushEnvironment(flags: Flags): Promise<number> {
  const { app, file: asked, yes } = flags
  if (!yes)
    refuseWithoutTerminal(
      `pushing the environment file of ${app}`,
      `look first (flight env:diff ${app}${asked === undefined ? '' : ` ${asked}`}), then say --yes`,
    )
  return withLastingSession(`env:push ${app}`, flags, async (session) => {
    const from = asked ?? (await defaultFile(app))
    if (asked === undefined && !(await isThere(from)))
      throw new FlightError({
        code: 'FLIGHT_USAGE',
        where: from,
        what: 'is not here',
        hint: `flight env:pull ${app} makes it from a server; another file: flight env:push ${app} FILE`,
      })
    const local = await readLocalEnvironment(from, flags.identity ?? [], session.signal)
    const { file, bytes, environment } = local
    for (const { where, what } of environment.warnings) if (!flags.json) print(`warning: ${where} ${what}`)
    const servers = await readForPush(session, app, flags.server)
    const judged = {
      command: `flight env:push ${app}${asked === undefined ? '' : ` ${asked}`}`,
      overrides: true,
      all: flags.all,
      force: flags.force,
      chosen: flags.server ?? [],
    }
    refuseUnlikeServers(servers, judged)
    refuseOutdated(
      servers,
      { file, environment, pull: await lastPull(session.definitions.settings.state, { app, file }) },
      judged,
    )
    const exit = await sendEnvironments(session, flags, {
      what: `env:push ${app}`,
      does: 'push',
      from,
      servers,
      wanted: sameOnAll(servers, bytes),
    })
    if (exit === 0) await noteWhatIsThere(session, local, servers)
    return exit
  })
}

// What was pushed is what the next push is compared with: nobody has to pull it again.
async function noteWhatIsThere(
  { definitions }: Session,
  { file, environment, ciphertext }: LocalEnvironment,
  { app, noted }: PushableFiles,
): Promise<void> {
  const [server] = noted.keys()
  if (server !== undefined)
    await notePull(definitions.settings.state, { app: app.name, file, server, ciphertext, environment })
}
