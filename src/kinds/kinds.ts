import type { KindName } from '../model/resource.ts'
import { aptSourceKind } from './apt-source.ts'
import { commandKind } from './command.ts'
import { composerKind } from './composer.ts'
import { directoryKind } from './directory.ts'
import { environmentKind } from './environment.ts'
import { fileKind } from './file.ts'
import { healthKind } from './health.ts'
import type { Kind } from './kind.ts'
import { linkKind } from './link.ts'
import { liveKind } from './live.ts'
import { packageKind } from './package.ts'
import { programsKind } from './programs.ts'
import { pruneKind } from './prune.ts'
import { pushKind } from './push.ts'
import { releaseKind } from './release.ts'
import { retiredKind } from './retired.ts'
import { serviceKind } from './service.ts'
import { userKind } from './user.ts'

// Every kind by its name, in the order in which a summary counts them.
export const KINDS: { readonly [K in KindName]: Kind<K> } = {
  'apt-source': aptSourceKind,
  package: packageKind,
  user: userKind,
  file: fileKind,
  composer: composerKind,
  retired: retiredKind,
  directory: directoryKind,
  link: linkKind,
  service: serviceKind,
  programs: programsKind,
  release: releaseKind,
  command: commandKind,
  health: healthKind,
  live: liveKind,
  prune: pruneKind,
  environment: environmentKind,
  push: pushKind,
}

// Whether a word is the name of a kind.
export function isKind(word: string): word is KindName {
  return Object.hasOwn(KINDS, word)
}

// The kind that a resource or an action carries the name of.
export function kindOf(name: KindName): Kind<KindName> {
  return KINDS[name]
}
