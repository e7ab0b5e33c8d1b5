import type { FpmPool, Load } from './resource.ts'
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

// Enables and starts; or tests the configuration, reloads, and proves that it was loaded. When the test fails, the files
// that this plan wrote (`changes`) are put back first.
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

// Brings supervisor to what lies on disk, for the programs of one app alone. A program that goes or changes finishes its job
// first: that outlives the step, and the fact `programs` says so.
export type ProgramsStep = { step: 'programs'; app: string; programs: readonly string[]; changes: readonly string[] }

// Rewrites a file to a comment that says when and why, and keeps its last content.
export type RetireStep = { step: 'retire'; path: string; comment: '#' | ';'; because: string }

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
