import { appPaths, releasePaths } from '../model/app-paths.ts'
import { program } from '../shell/program.ts'
import type { StepOf, StepSort } from './step.ts'

// Where an artifact lies until it is unpacked: root's.
export function artifactPath(app: string, release: string): string {
  return `${releasePaths(app, release).record}/artifact.tar.gz`
}

// Unpacks as the app's user. What is shared wins over what the artifact has in its place.
export const unpackStep: StepSort<'unpack'> = {
  long: true,
  shell(step) {
    const { folder, record } = releasePaths(step.app, step.release)
    return program('step-unpack', {
      app: step.app,
      folder,
      record,
      artifact: artifactPath(step.app, step.release),
      sha256: step.sha256,
      note: JSON.stringify(step.note),
      link_shared: linkShared(step, folder),
    })
  },
}

function linkShared({ app, linkedDirs, linkedFiles, keepAssets }: StepOf<'unpack'>, folder: string): string {
  const { shared, current } = appPaths(app)
  return program('link-shared', {
    folder,
    shared,
    current,
    linked_dirs: linkedDirs.map((path) => [path, sharedFrom(path)]),
    linked_files: linkedFiles.map((path) => [path, sharedFrom(path)]),
    assets: keepAssets.map((path) => [path]),
  })
}

// From a path in a release to the same path in what is shared.
function sharedFrom(path: string): string {
  return `${'../'.repeat(path.split('/').length + 1)}.flight/shared/${path}`
}
