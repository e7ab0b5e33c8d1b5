import { FlightError } from '../../model/errors.ts'
import { takingBack, type Wanted } from '../../engine/undertakings/name-push.ts'
import { pushableOf, readForPush, type PushableFiles } from './environments.ts'
import { refuseUnlikeServers } from './judge-push.ts'
import { refuseWithoutTerminal } from '../../cli/everywhere/question.ts'
import { type Sending, sendEnvironments } from './send.ts'
import { withLastingSession } from '../session.ts'

type Flags = Sending & { app: string; server: readonly string[] | undefined }

// Brings back what the last push replaced, on each server its own; the exit code.
export async function rollEnvironmentBack(flags: Flags): Promise<number> {
  const { app, yes, server: only = [] } = flags
  if (!yes) refuseWithoutTerminal(`taking the last push of ${app} back`, 'say --yes')
  return withLastingSession(`env:rollback ${app}`, flags, async (session) => {
    const servers = await readForPush(session, app, only, true)
    refuseUnlikeServers(servers, {
      command: `flight env:rollback ${app}`,
      overrides: false,
      all: true,
      force: true,
      chosen: only,
    })
    return sendEnvironments(session, flags, {
      what: `env:rollback ${app}`,
      does: 'rollback',
      from: 'what lay there before the last push',
      servers,
      wanted: previousOf(servers),
    })
  })
}

function previousOf(servers: PushableFiles): Map<string, Wanted> {
  const found = [...takingBack(pushableOf(servers))]
  const none = found.flatMap(([server, previous]) => (previous === undefined ? [server] : []))
  if (none.length > 0) {
    throw new FlightError(
      none.map((server) => ({
        code: 'FLIGHT_CONFLICT',
        where: server,
        what: `keeps no environment file of ${servers.app.name} from before the last push`,
        hint:
          `nothing lay there before the first push, or more than five pushes ago; bring the file that shall lie ` +
          `there: flight env:push ${servers.app.name} FILE`,
      })),
    )
  }
  return new Map(found.flatMap(([server, previous]) => (previous === undefined ? [] : [[server, previous]])))
}
