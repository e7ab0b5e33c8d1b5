import { isWithin } from '../../artifacts/is-within.ts'
import { findCommit } from '../../artifacts/make-artifact.ts'
import type { IsWithin } from '../../model/delivery.ts'
import type { Definitions } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import type { Request } from '../../model/request.ts'
import { artifactRequest } from './artifact-request.ts'
import type { LiveReleases } from './live-releases.ts'
import { appNamed } from '../scope.ts'
import type { Session } from '../session.ts'

// A commit that what is live contains already is not released unless somebody
// says so: a request that is sent again later must not turn the time back.
export async function refuseOlder(session: Session, { app: name, wish }: Request, live: LiveReleases): Promise<void> {
  if (wish.does !== 'release' || wish.older) return
  const { commit } = wish
  const app = appNamed(name, session.definitions)
  for (const release of live.names()) {
    const liveCommit = release.slice(0, 12)
    if (commit.startsWith(liveCommit)) continue
    // Where the repository does not know any more what is live, a commit
    // that its servers had before is one that is asked for again.
    const isOlder =
      (await isWithin(
        artifactRequest(session, app, commit, { found: undefined, given: undefined }),
        commit,
        liveCommit,
        session.signal,
      )) ?? live.had(commit)
    if (!isOlder) continue
    throw new FlightError({
      code: 'FLIGHT_OLDER',
      where: name,
      what: `${commit.slice(0, 12)} is older than what is live, ${release}`,
      hint: 'to release it all the same, ask with "older": true; to go back to an earlier release, ask for a rollback',
    })
  }
}

// Whether one commit contains another, by the repository as it is now: the later one is fetched. A commit or a
// repository that cannot be had says no: whoever runs with it hears why.
export function commitsOf(definitions: () => Promise<Definitions>): IsWithin {
  return async (name, commit, later, signal) => {
    try {
      const known = await definitions()
      const app = known.apps.find((each) => each.name === name)
      if (app === undefined) return false
      const request = artifactRequest({ definitions: known }, app, later, { found: undefined, given: undefined })
      await findCommit(request, signal, () => undefined)
      return (await isWithin(request, commit, later, signal)) === true
    } catch (error) {
      if (error instanceof FlightError) return false
      throw error
    }
  }
}
