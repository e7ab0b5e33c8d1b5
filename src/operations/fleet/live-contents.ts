import { createHash } from 'node:crypto'
import type { Action } from '../../model/action.ts'
import { FlightError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { askEach } from './ask-each.ts'
import { serversOf } from '../scope.ts'
import type { Session } from '../session.ts'

// The plan with the contents of files that Flight did not write, read from the
// servers for this one look. A file that has changed since the plan was made stays a
// digest, and so does what is secret. The result is to be shown, never to be saved.
export async function withLiveContents(session: Session, plan: Plan): Promise<Plan> {
  const wanted = new Map(
    plan.stages.flatMap((stage) =>
      stage.servers.map(({ server, actions }) => [server, actions.flatMap(foreignPath)] as const),
    ),
  )
  const servers = serversOf(session.definitions).filter(({ name }) => (wanted.get(name)?.length ?? 0) > 0)
  const { answers, problems } = await askEach(session, servers, async (host) => {
    const contents = new Map<string, string>()
    for (const path of wanted.get(host.server) ?? []) {
      const content = await host.read(path)
      if (content !== undefined) contents.set(path, Buffer.from(content).toString('utf8'))
    }
    return contents
  })
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

function foreignPath(action: Action): string[] {
  return action.kind === 'file' && action.before.is === 'file' && !action.before.written && !action.after.secret
    ? [action.after.path]
    : []
}

function filled(action: Action, contents: ReadonlyMap<string, string> | undefined): Action {
  if (action.kind !== 'file' || action.before.is !== 'file' || action.after.secret) return action
  const content = contents?.get(action.after.path)
  return content === undefined || createHash('sha256').update(content).digest('hex') !== action.before.sha256
    ? action
    : { ...action, before: { ...action.before, content } }
}
