import { localWorld } from '../local-world.ts'
import type { ArtifactEvent, ArtifactRequest } from '../../model/artifact.ts'
import type { App } from '../../model/definitions.ts'
import type { Session } from '../session.ts'

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
