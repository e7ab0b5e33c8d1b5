import { parseEnvironment } from '../../environment/parse.ts'
import type { Pushable } from '../../engine/undertakings/name-push.ts'
import type { Environment } from '../../environment/environment.ts'
import { environmentPath } from '../../model/app-paths.ts'
import type { App } from '../../model/definitions.ts'
import { FlightError, onServer, type Problem } from '../../model/errors.ts'
import type { EnvironmentFact, PushesFact } from '../../model/fact.ts'
import type { Server } from '../../model/server.ts'
import { askEach } from '../fleet/ask-each.ts'
import { appNamed, serversOf } from '../scope.ts'
import type { Session } from '../session.ts'

// The environment files of an app as its servers have them, in the order of the definition: `bytes` as they lie there.
// One that Laravel would not understand has no `environment`, and what is wrong with it is among the problems.
export type ServerFile = { server: string; bytes: Uint8Array; environment: Environment | undefined }
export type ServerFiles = {
  app: App
  path: string
  files: readonly ServerFile[]
  without: readonly string[]
  problems: readonly Problem[]
}

// What root noted of the pushes of a server, and which release is live there.
export type Noted = { pushes: PushesFact; live: string | null }
export type PushableFiles = ServerFiles & { noted: ReadonlyMap<string, Noted> }

// Reads the environment file of an app from each of its servers, or of those named. Changes nothing.
export async function readEnvironments(
  session: Session,
  name: string,
  only: readonly string[] = [],
): Promise<ServerFiles> {
  const app = appNamed(name, session.definitions)
  const query = queryOf(app)
  const { answers, problems } = await askEach(session, serversFor(app, session, only), async (host) =>
    (await host.probe([query])).get(query),
  )
  session.endProgress()
  return filesOf(
    app,
    answers.map(({ server, answer }) => ({ server: server.name, answer })),
    problems,
  )
}

// The same with what a push has to know; `previous`: with the files that the last one replaced.
export async function readForPush(
  session: Session,
  name: string,
  only: readonly string[] = [],
  previous = false,
): Promise<PushableFiles> {
  const app = appNamed(name, session.definitions)
  const query = queryOf(app)
  const pushes = { fact: 'pushes', app: app.name, previous } as const
  const releases = { fact: 'releases', app: app.name } as const
  const { answers, problems } = await askEach(session, serversFor(app, session, only), async (host) => {
    const facts = await host.probe([query, pushes, releases])
    const { current } = facts.get(releases)
    return {
      file: facts.get(query),
      noted: { pushes: facts.get(pushes), live: current.is === 'release' ? current.name : null },
    }
  })
  session.endProgress()
  const noted = new Map(answers.map(({ server, answer }) => [server.name, answer.noted]))
  return {
    ...filesOf(
      app,
      answers.map(({ server, answer }) => ({ server: server.name, answer: answer.file })),
      problems,
    ),
    noted,
  }
}

const queryOf = (app: App) => ({ fact: 'environment', app: app.name, path: environmentPath(app) }) as const

function filesOf(
  app: App,
  answers: readonly { server: string; answer: EnvironmentFact }[],
  problems: readonly Problem[],
): ServerFiles {
  const path = environmentPath(app)
  const files: ServerFile[] = []
  const without: string[] = []
  const refused: Problem[] = [...problems]
  for (const { server, answer } of answers) {
    if (answer.is === 'absent') without.push(server)
    else if (answer.is === 'other')
      refused.push({
        code: 'FLIGHT_CONFLICT',
        ...onServer(server, path),
        what: `is ${answer.what}`,
        hint: 'look at it on the server; an environment file is a plain file of the app',
      })
    else {
      const bytes = Buffer.from(answer.base64.reveal(), 'base64')
      files.push({ server, bytes, environment: understood(bytes, `${server} ${path}`, refused) })
    }
  }
  return { app, path, files, without, problems: refused }
}

function understood(bytes: Uint8Array, where: string, problems: Problem[]): Environment | undefined {
  try {
    return parseEnvironment(bytes, where)
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    problems.push(...error.problems)
    return undefined
  }
}

function serversFor(app: App, { definitions }: Session, only: readonly string[]): Server[] {
  const unknown = only.filter((name) => !app.servers.some((on) => on.name === name))
  if (unknown.length > 0) {
    throw new FlightError(
      unknown.map((name) => ({
        code: 'FLIGHT_USAGE' as const,
        where: '',
        what: `${app.name} is not on a server "${name}"`,
        hint: `it is on ${app.servers.map((on) => on.name).join(', ') || 'none'}`,
      })),
    )
  }
  const all = serversOf(definitions)
  return app.servers
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .flatMap(({ name }) => all.find((server) => server.name === name) ?? [])
}

// All that could be asked, with a file or without.
export function pushableOf({ files, noted }: Pick<PushableFiles, 'files' | 'noted'>): Pushable[] {
  return [...noted].map(([server, of]) => ({ server, has: files.find((file) => file.server === server)?.bytes, ...of }))
}

// Those that Laravel would understand, by server.
export function environmentsOf(files: readonly ServerFile[]): ReadonlyMap<string, Environment> {
  return new Map(
    files.flatMap(({ server, environment }) => (environment === undefined ? [] : [[server, environment] as const])),
  )
}
