import { createHash } from 'node:crypto'
import { unseenIn } from '../../engine/compare.ts'
import type { Action } from '../../model/action.ts'
import { FlightError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { askEach } from './ask-each.ts'
import { serversOf } from '../scope.ts'
import type { Session } from '../session.ts'

// The plan with the contents that it has only digests of (what others wrote, what is long, what is binary), read from
// the servers for this one look. A file that has changed since the plan was made stays a digest, and so does what is
// secret. The result is to be shown, never to be saved.
export async function withLiveContents(session: Session, plan: Plan): Promise<Plan> {
  const wanted = new Map(
    plan.stages.flatMap((stage) =>
      stage.servers.map(
        ({ server, actions }) => [server, actions.flatMap((action) => unseenIn(action)?.path ?? [])] as const,
      ),
    ),
  )
  const servers = serversOf(session.definitions).filter(({ name }) => (wanted.get(name)?.length ?? 0) > 0)
  const { answers, problems } = await askEach(session, servers, (host) => host.read(wanted.get(host.server) ?? []))
  if (problems.length > 0) throw new FlightError(problems)
  const read = new Map(answers.map(({ server, answer }) => [server.name, answer]))
  const stages = plan.stages.map((stage) => ({
    ...stage,
    servers: stage.servers.map(({ server, actions }) => ({
      server,
      actions: actions.map((action) => filled(action, read.get(server))),
    })),
  }))
  return { ...plan, stages }
}

function filled(action: Action, contents: ReadonlyMap<string, Uint8Array> | undefined): Action {
  const unseen = unseenIn(action)
  const bytes = unseen && contents?.get(unseen.path)
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== unseen?.sha256) return action
  return unseen.seen(Buffer.from(bytes).toString('utf8'))
}
