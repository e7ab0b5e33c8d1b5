import type { ArtifactEvent, ArtifactRequest } from '../../model/artifact.ts'
import type { App, Definitions } from '../../model/definitions.ts'
import type { IsWithin } from '../../model/delivery.ts'
import { FlightError } from '../../model/errors.ts'
import type { Request } from '../../model/request.ts'
import { appNamed } from '../scope.ts'
import { localWorld, type Session } from '../session.ts'
import type { LiveReleases } from './live-releases.ts'

// For how long git may say nothing, in milliseconds.
const PATIENCE = 120_000

// What shall be made of a commit of an app, here on the controller.
export function artifactRequest(
  { definitions }: Pick<Session, 'definitions'>,
  app: App,
  commit: string,
  { found, given }: Pick<ArtifactRequest, 'found' | 'given'>,
): ArtifactRequest {
  const { repo, deployKey, releaseFrom, subdirectory, buildCommands, keepReleases } = app
  return {
    app: app.name,
    repo,
    deployKey,
    releaseFrom,
    subdirectory,
    buildCommands,
    commit,
    found,
    given,
    state: definitions.settings.state,
    keep: keepReleases,
    sshConfig: localWorld(process.env).sshConfigFile,
    patience: PATIENCE,
  }
}

// Tells what is being made: each command of a build, and why somebody has to wait.
export function tellArtifact({ listen }: Session, app: string): (event: ArtifactEvent) => void {
  return (event) => {
    switch (event.kind) {
      case 'waiting':
        return listen({ event: 'note', text: `${app}: waiting for ${event.for}, which ${event.holder} is working on` })
      case 'healing':
        return listen({
          event: 'note',
          text: `${app}: the mirror of the repository is broken and is made anew (${event.why})`,
        })
      case 'command':
        return listen({ event: 'note', text: `${app}: build command ${event.number} of ${event.of}: ${event.command}` })
      case 'fetching':
      case 'output':
      case 'packing':
      case 'cached':
        return undefined
    }
  }
}

// A commit that what is live contains already is not released unless somebody
// says so: a request that is sent again later must not turn the time back.
export async function refuseOlder(session: Session, { app: name, wish }: Request, live: LiveReleases): Promise<void> {
  if (wish.does !== 'release' || wish.older) return
  const { isWithin } = await import('../../artifacts/is-within.ts')
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
    const { isWithin } = await import('../../artifacts/is-within.ts')
    const { findCommit } = await import('../../artifacts/make-artifact.ts')
    try {
      const known = await definitions()
      const app = known.apps.find((each) => each.name === name)
      if (app === undefined) return false
      const request = artifactRequest({ definitions: known }, app, later, { found: undefined, given: undefined })
      await findCommit(request, { signal, tell: () => undefined })
      return (await isWithin(request, commit, later, signal)) === true
    } catch (error) {
      if (error instanceof FlightError) return false
      throw error
    }
  }
}
