import { takingBack, type WantedPush } from '../../engine/undertakings/name-push.ts'
import { FlightError, onServer } from '../../model/errors.ts'
import type { Offered } from '../offer.ts'
import type { Session } from '../session.ts'
import type { Teller } from '../teller.ts'
import { pushableOf, readForPush, type PushableFiles } from './environments.ts'
import { refuseUnlikeServers } from './judge-push.ts'
import { sendEnvironments } from './send.ts'

type TakingBack = { app: string; only: readonly string[]; wait: boolean }

// Brings back what the last push replaced, on each server its own.
export async function rollEnvironmentBack(
  session: Session,
  teller: Teller,
  { app, only, wait }: TakingBack,
): Promise<Offered> {
  const servers = await readForPush(session, app, only, true)
  refuseUnlikeServers(servers, {
    command: `flight env:rollback ${app}`,
    overrides: false,
    all: true,
    force: true,
    chosen: only,
  })
  return sendEnvironments(session, teller, {
    what: `env:rollback ${app}`,
    does: 'rollback',
    from: 'what lay there before the last push',
    servers,
    wanted: previousOf(servers),
    wait,
  })
}

function previousOf(servers: PushableFiles): Map<string, WantedPush> {
  const found = [...takingBack(pushableOf(servers))]
  const none = found.flatMap(([server, previous]) => (previous === undefined ? [server] : []))
  if (none.length > 0) {
    throw new FlightError(
      none.map((server) => ({
        code: 'FLIGHT_CONFLICT',
        ...onServer(server),
        what: `keeps no environment file of ${servers.app.name} from before the last push`,
        hint:
          `nothing lay there before the first push, or more than five pushes ago; bring the file that shall lie ` +
          `there: flight env:push ${servers.app.name} FILE`,
      })),
    )
  }
  return new Map(found.flatMap(([server, previous]) => (previous === undefined ? [] : [[server, previous]])))
}
