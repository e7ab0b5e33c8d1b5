import type { FpmPool, HealthDesired, Load, PushDesired } from './resource.ts'
import type { ReleaseNote } from './release.ts'
import type { Secret } from './secret.ts'
import type { ConfigurationMark, ConfigurationTest } from './service.ts'
import type { SourceKey } from './definitions.ts'

// The smallest write. A closed union: a new member is a decision (docs/decisions/).

// Installs missing packages in one apt transaction. Nothing else may be upgraded or removed than what is listed.
export type InstallStep = {
  step: 'install'
  packages: readonly string[]
  refresh: boolean // read the package lists first
  upgrades: readonly string[] // names that may be upgraded, as the reviewed plan says
  removes: readonly string[]
  sources: readonly string[] // files of apt that this plan writes: put back when the lists cannot be read with them
}

// Puts a file in place by rename(2), keeps its previous content, records it in the manifest.
export type WriteStep = {
  step: 'write'
  path: string
  content: string | Uint8Array
  mode: string
  owner: string
  group: string
  scope: string
}
// Made by the user `by`; in an app's tree root follows no link that the app could have put there.
export type DirectoryStep = { step: 'directory'; path: string; mode: string; owner: string; group: string; by: string }
export type LinkStep = { step: 'link'; path: string; target: string; owner: string; group: string }
export type UserStep = { step: 'user'; name: string; home: string; shell: string; scope: string }

// The server downloads; what came is accepted only with its digest.
export type DownloadStep = { step: 'download'; url: string; path: string; sha256: string; mode: string; scope: string }

// The server downloads a repository's signing key; it is accepted only when it holds one key, with this fingerprint.
export type KeyStep = { step: 'key'; key: Extract<SourceKey, { url: string }>; path: string; scope: string }

// Enables and starts; or tests the configuration, reloads, and proves that it was loaded. When the test fails, the
// files that this plan wrote (`changes`) are put back first.
export type ServiceStep = {
  step: 'service'
  unit: string
  does: 'start' | 'reload'
  configuration: readonly string[]
  mark: ConfigurationMark
  test: ConfigurationTest
  changes: readonly string[]
  precedes: readonly Load[] // tested as well before the load; when a test fails, their changes are put back too
  patience: number // seconds for which running requests may hold the load up
  pools: readonly FpmPool[] // must answer after the load
  waitForNginx: number // seconds, before the load
}

// Brings supervisor to what lies on disk, for the programs of one app alone. A program that goes or changes finishes
// its job first: that outlives the step, and the fact `programs` says so.
export type ProgramsStep = { step: 'programs'; app: string; programs: readonly string[]; changes: readonly string[] }

// Rewrites a file to a comment that says when and why, and keeps its last content.
export type RetireStep = { step: 'retire'; path: string; comment: '#' | ';'; because: string }

// Sends the artifact to a folder of root's; what came is accepted only with its digest. Goes on where it was cut off.
export type UploadStep = { step: 'upload'; app: string; release: string; file: string; size: number; sha256: string }

// Unpacks the artifact as the app's user and links what releases share.
export type UnpackStep = {
  step: 'unpack'
  app: string
  release: string
  sha256: string
  note: ReleaseNote
  linkedDirs: readonly string[]
  linkedFiles: readonly string[]
  keepAssets: readonly string[]
}

// Runs a command of the user in a release, as a unit that outlives
// the connection. One that has succeeded is not run again.
export type CommandStep = {
  step: 'command'
  app: string
  release: string
  key: string
  command: string
  path: string
  auth: Secret | undefined
}

// Asks the release for a page, through its pool or through nginx, until it answers as wanted.
export type CheckStep = { step: 'check'; app: string; release: string } & Pick<HealthDesired, 'through' | 'check'>

// ready: the next `current` lies beside it, and what the release holds is noted. switch: rename(2), and from now on the
// server goes back by itself unless it is confirmed. back: when `current` is this release, to what it was when it was
// switched; without such a note to `previous` (null: to no release), and where that is this release, nowhere.
export type LiveStep = {
  step: 'live'
  app: string
  release: string
  does: 'ready' | 'switch' | 'confirm' | 'back' | 'settle'
  previous: string | null
  back: number
}

// Notes that a release is not to be used, and why.
export type FailStep = { step: 'fail'; app: string; release: string; why: string }

// Removes releases, except those in use and those that hold files which nobody else has.
export type PruneStep = {
  step: 'prune'
  app: string
  release: string
  releases: readonly string[]
  socket: string | null
}

// Writes an app's environment file as that app's user: whole or not at all, and through no link.
export type EnvironmentStep = { step: 'environment'; app: string; path: string; content: Secret }

// The parts of a push of an environment file (PushDesired), and `back`: what lay there before lies there again.
export type PushStep = { step: 'push'; does: PushDesired['does'] | 'back' } & Omit<
  PushDesired,
  'does' | 'key' | 'was' | 'tag' | 'restarts'
>

// Puts back what the plan found at a path.
export type PutBackStep = { step: 'put-back'; path: string }

export type Step =
  | InstallStep
  | WriteStep
  | DirectoryStep
  | LinkStep
  | UserStep
  | DownloadStep
  | KeyStep
  | ServiceStep
  | RetireStep
  | ProgramsStep
  | UploadStep
  | UnpackStep
  | CommandStep
  | CheckStep
  | LiveStep
  | FailStep
  | PruneStep
  | PutBackStep
  | EnvironmentStep
  | PushStep
