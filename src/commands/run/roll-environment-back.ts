import { FlightError } from '../../model/errors.ts'
import { readEnvironments, type Noted, type ServerFiles } from './environments.ts'
import { refuseUnlikeServers } from './judge-push.ts'
import { refuseWithoutTerminal } from './question.ts'
import { type Sending, sendEnvironments } from './send-environments.ts'
import { withSession } from './session.ts'

type Flags = Sending & { app: string; server: readonly string[] | undefined }

// Brings back what the last push replaced, on each server its own; the exit code.
export async function rollEnvironmentBack(flags: Flags): Promise<number> {
  const { app, yes, server: only = [] } = flags
  if (!yes) refuseWithoutTerminal(`taking the last push of ${app} back`, 'say --yes')
  return withSession(`env:rollback ${app}`, flags, async (session) => {
    const servers = await readEnvironments(session, app, only, true)
    refuseUnlikeServers(servers, { command: `flight env:rollback ${app}`, all: true, force: true, chosen: only })
    return sendEnvironments(session, flags, { what: `env:rollback ${app}`, does: 'rollback', from: 'what lay there before the last push', servers, wanted: previousOf(servers) })
  })
}

function previousOf(servers: ServerFiles): Map<string, { bytes: Uint8Array; undoes: string | null }> {
  const found = [...servers.noted].map(([server, noted]) => [server, previousOn(server, noted, servers)] as const)
  const none = found.filter(([, previous]) => previous === undefined).map(([server]) => server)
  if (none.length > 0) {
    throw new FlightError(none.map((server) => ({ code: 'FLIGHT_CONFLICT', where: server, what: `keeps no environment file of ${servers.app.name} from before the last push`, hint: 'the last five are kept, from the first push on; what was there first is nowhere' })))
  }
  return new Map(found.flatMap(([server, previous]) => (previous === undefined ? [] : [[server, previous]])))
}

// A way back that was begun here already has brought its file.
function previousOn(server: string, { pushes: { at, pushes, previous } }: Noted, { files }: ServerFiles): { bytes: Uint8Array; undoes: string | null } | undefined {
  const begun = pushes.find(({ armed, confirmed, settled, undoes }) => undoes !== null && (armed || (confirmed && !settled)))
  const here = files.find((file) => file.server === server)
  if (begun !== undefined && here !== undefined) return { bytes: here.bytes, undoes: begun.undoes }
  return previous === undefined || at === undefined ? undefined : { bytes: Buffer.from(previous.reveal(), 'base64'), undoes: at }
}
