import { readFile } from 'node:fs/promises'
import { parseEnvironment } from '../../environment/parse.ts'
import type { Environment } from '../../environment/environment.ts'
import { print } from '../everywhere/output.ts'
import { readEnvironments, type ServerFiles } from './environments.ts'
import { reading } from './file-fault.ts'
import { refuseOutdated, refuseUnlikeServers } from './judge-push.ts'
import { localPath } from './local-path.ts'
import { lastPull, notePull } from './pulled.ts'
import { refuseWithoutTerminal } from './question.ts'
import { type Sending, sendEnvironments } from './send-environments.ts'
import { type Session, withLastingSession } from './session.ts'

type Flags = Sending & { app: string; file: string | undefined; server: readonly string[] | undefined; all: boolean; force: boolean }

// Brings a file that lies here to the servers of an app; the exit code.
export async function pushEnvironment(flags: Flags): Promise<number> {
  const { app, file: asked, yes } = flags
  if (!yes) refuseWithoutTerminal(`pushing the environment file of ${app}`, `look first (flight env:diff ${app}${asked === undefined ? '' : ` ${asked}`}), then say --yes`)
  return withLastingSession(`env:push ${app}`, flags, async (session) => {
    const file = await localPath(asked ?? `.env.${app}`)
    const bytes = await reading(file, () => readFile(file))
    const environment = parseEnvironment(bytes, file)
    for (const { where, what } of environment.warnings) if (!flags.json) print(`warning: ${where} ${what}`)
    const servers = await readEnvironments(session, app, flags.server)
    const judged = { command: `flight env:push ${app}${asked === undefined ? '' : ` ${asked}`}`, ways: true, all: flags.all, force: flags.force, chosen: flags.server ?? [] }
    refuseUnlikeServers(servers, judged)
    refuseOutdated(servers, { file, environment, pull: await lastPull(session.definitions.settings.state, { app, file }) }, judged)
    const exit = await sendEnvironments(session, flags, { what: `env:push ${app}`, does: 'push', from: asked ?? `.env.${app}`, servers, wanted: new Map([...servers.noted.keys()].map((server) => [server, { bytes, undoes: null }])) })
    if (exit === 0) await noteWhatIsThere(session, file, environment, servers)
    return exit
  })
}

// What was pushed is what the next push is compared with: nobody has to pull it again.
async function noteWhatIsThere({ definitions }: Session, file: string, environment: Environment, { app, noted }: ServerFiles): Promise<void> {
  const [server] = noted.keys()
  if (server !== undefined) await notePull(definitions.settings.state, { app: app.name, file, server, environment })
}
