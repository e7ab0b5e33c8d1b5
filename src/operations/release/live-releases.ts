import { FlightError } from '../../model/errors.ts'
import type { ReleaseFact, ReleasesFact } from '../../model/fact.ts'
import { askEach } from '../fleet/ask-each.ts'
import { appNamed, serversOf } from '../scope.ts'
import type { Session } from '../session.ts'

// What all servers of an app say of its releases.
export type LiveReleases = {
  names(): string[] // that are live somewhere, sorted
  isLive(release: string): boolean // somewhere
  had(commit: string): boolean // a release of that commit, at any time
  of(release: string): { server: string; fact: ReleaseFact }[]
}

// Asks all servers of an app; a FlightError where one of them cannot be asked.
export async function liveReleases(session: Session, name: string): Promise<LiveReleases> {
  const app = appNamed(name, session.definitions)
  const query = { fact: 'releases', app: app.name } as const
  const servers = serversOf(session.definitions).filter(
    ({ name, cluster }) => cluster === app.cluster && app.servers.some((on) => on.name === name),
  )
  const { answers, problems } = await askEach(session, servers, async (host) => (await host.probe([query])).get(query))
  if (problems.length > 0) throw new FlightError(problems)
  return liveReleasesIn(answers.map(({ server, answer }) => ({ server: server.name, said: answer })))
}

export function liveReleasesIn(known: readonly { server: string; said: ReleasesFact }[]): LiveReleases {
  const live = new Set(known.flatMap(({ said }) => (said.current.is === 'release' ? [said.current.name] : [])))
  return {
    names: () => [...live].sort(),
    isLive: (release) => live.has(release),
    had: (commit) =>
      known.some(({ said }) => said.releases.some(({ name }) => name.startsWith(`${commit.slice(0, 12)}-`))),
    of: (release) =>
      known.flatMap(({ server, said }) =>
        said.releases.filter(({ name }) => name === release).map((fact) => ({ server, fact })),
      ),
  }
}
