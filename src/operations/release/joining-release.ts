import { environmentPath } from '../../model/app-paths.ts'
import type { App } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import type { ReleasesFact } from '../../model/fact.ts'
import { askEach } from '../fleet/ask-each.ts'
import { serverNamed, serversOf } from '../scope.ts'
import type { Session } from '../session.ts'
import type { WrittenWish } from './release.ts'

// What a server of an app says that it serves, and whether it has an environment file.
export type Neighbour = { server: string; said: ReleasesFact; hasEnvironment: boolean }

// What brings one server of an app to what the others serve: the release that most of them serve, where they differ,
// and of two the one that went live last. Pure. No wish where there is nothing to bring; the text says why.
export function joiningRelease(
  app: App,
  server: string,
  neighbours: readonly Neighbour[],
): { text: string; wish: WrittenWish | undefined } {
  const others = neighbours.filter((each) => each.server !== server)
  const counts = new Map<string, number>()
  for (const { said } of others)
    if (said.current.is === 'release' && isFirm(said, said.current.name))
      counts.set(said.current.name, (counts.get(said.current.name) ?? 0) + 1)
  const since = (name: string) =>
    Math.max(...others.flatMap(({ said }) => said.releases.find((release) => release.name === name)?.live ?? 0))
  const [name] = [...counts].sort(([a, first], [b, second]) => second - first || since(b) - since(a))[0] ?? []
  const nothing = (text: string) => ({ text: `${app.name}: ${text}\n`, wish: undefined })
  if (name === undefined)
    return nothing(
      others.length === 0
        ? `no other server has it, so there is nothing to bring here; release it: flight app:release ${app.name} COMMIT`
        : 'none of its other servers serves a release yet',
    )
  const own = neighbours.find((each) => each.server === server)
  if (
    own?.said.current.is === 'release' &&
    own.said.current.name === name &&
    own.said.releases.some((release) => release.name === name && release.settled)
  )
    return nothing(`serves ${name}, as the others do`)
  const note = others.flatMap(({ said }) => said.releases.find((release) => release.name === name)?.note ?? [])[0]
  if (note === undefined)
    return nothing(
      `the others serve ${name}, which Flight did not release; release it: flight app:release ${app.name} COMMIT`,
    )
  const from =
    own?.hasEnvironment === true ? null : (others.find(({ hasEnvironment }) => hasEnvironment)?.server ?? null)
  const without = app.servers.map((on) => on.name).filter((each) => each !== server)
  const { commit, tree, subject, ref, artifact } = note
  return {
    text: `${app.name}: the others serve ${name}, ${server} joins them\n`,
    wish: {
      app: app.name,
      does: 'join',
      name,
      note: { commit, tree, subject, ref },
      artifact,
      without,
      environmentFrom: from,
    },
  }
}

// Whether it stays there: one that nobody confirmed may go back, and one that Flight did not release is not known.
function isFirm({ releases }: ReleasesFact, name: string): boolean {
  const release = releases.find((each) => each.name === name)
  return release?.note === undefined || (release.confirmed && release.failed === undefined)
}

// For each app of a server what brings it to what its other servers serve.
export type Joining = { app: string; text: string; wish: WrittenWish | undefined }

// Asks the other servers of each app of a server what they serve.
export async function joiningReleases(session: Session, name: string): Promise<Joining[]> {
  const server = serverNamed(name, session.definitions)
  const apps = session.definitions.apps.filter(
    (app) => app.cluster === server.cluster && app.servers.some((on) => on.name === server.name),
  )
  const joining: Joining[] = []
  for (const app of apps)
    joining.push({ app: app.name, ...joiningRelease(app, server.name, await neighboursOf(session, app)) })
  return joining
}

async function neighboursOf(session: Session, app: App): Promise<Neighbour[]> {
  const releases = { fact: 'releases', app: app.name } as const
  const file = { fact: 'file', path: environmentPath(app), wanted: undefined } as const
  const servers = serversOf(session.definitions).filter(
    ({ name, cluster }) => cluster === app.cluster && app.servers.some((on) => on.name === name),
  )
  const { answers, problems } = await askEach(session, servers, async (host) => {
    const facts = await host.probe([releases, file])
    return { said: facts.get(releases), hasEnvironment: facts.get(file).type === 'file' }
  })
  session.endProgress()
  const [first] = problems
  if (answers.length === 0 && first !== undefined) throw new FlightError(problems)
  for (const { where, what } of problems)
    session.listen({ event: 'note', text: `${where} could not be asked what it serves: ${what}` })
  return answers.map(({ server, answer }) => ({ server: server.name, ...answer }))
}
