import type { ErrorCode } from './errors.ts'
import type { DesiredOf, KindName } from './resource.ts'

// What is done to a resource.
export type Verb =
  | 'create'
  | 'update'
  | 'install'
  | 'start'
  | 'reload'
  | 'retire'
  | 'run'
  | 'check'
  | 'prepare'
  | 'switch'
  | 'confirm'
  | 'note'
  | 'prune'

// Why something is to be done, for tools; plans/FORMAT.md says what each means.
export const REASON_CODES = [
  'missing',
  'differs',
  'definition-changed',
  'changed-on-server',
  'not-by-flight',
  'retired-before',
  'unwanted',
  'mode-differs',
  'owner-differs',
  'target-differs',
  'key-differs',
  'not-enabled',
  'not-running',
  'not-loaded',
  'files-change',
  'packages-change',
  'other-release',
  'other-environment',
  'unfinished',
  'not-run',
  'still-running',
  'cut-off',
  'failed-before',
  'goes-live',
  'unconfirmed',
  'unsettled',
  'too-many',
  'taken-back',
  'not-recorded', // of a plan of format 1, which has the text alone
] as const

// The code is what tools read, the text what people read: nothing is decided by a text.
export type Reason = { code: (typeof REASON_CODES)[number]; text: string }

// What was there before, by kind: enough to review the change and to notice that it is no longer true.
export type FileBefore =
  | { is: 'absent' }
  | { is: 'file'; sha256: string; mode: string; owner: string; group: string; written: boolean; content?: string }
  | { is: 'link'; target: string }
export type PlaceBefore = { is: 'absent' } | { is: 'directory'; mode: string; owner: string; group: string }
export type LinkBefore = { is: 'absent' } | { is: 'link'; target: string; owner: string; group: string }

export type BeforeOf = {
  'apt-source': { key: readonly string[]; sources: FileBefore; preferences: FileBefore }
  package: { is: 'absent'; candidate?: string }
  directory: PlaceBefore
  file: FileBefore
  link: LinkBefore
  user: { is: 'absent' }
  service: { exists: boolean; enabled: boolean; active: boolean; unloaded?: string }
  composer: FileBefore
  retired: FileBefore
  // What supervisor says of the programs that do not run as they should: NAME STATE, sorted.
  programs: { daemon: boolean; states: readonly string[]; unloaded: readonly string[] }
  release: { is: 'absent' | 'unfinished' }
  command: { is: 'not run' | 'running' | 'unknown' }
  health: { live: string | null }
  live: { live: string | null } // the release that `current` points to; null: none
  prune: { releases: readonly string[] } // what goes
  environment: { is: 'absent' }
  push: { is: 'absent' | 'other' | 'same' } // the file that lies there
}

// The difference between a resource and its facts.
export type ActionOf<K extends KindName> = {
  address: string
  kind: K
  feature: string
  verb: Verb
  before: BeforeOf[K]
  after: DesiredOf[K]
  because: readonly Reason[]
}

export type Action = { [K in KindName]: ActionOf<K> }[KindName]

export type Change<B> = { verb: Verb; before: B; because: readonly Reason[] }

// What a reader should know beside that. `passing`: what soon is otherwise by itself, and is no part of a plan.
export type Remarks = { notes?: readonly string[]; passing?: readonly string[] }

// What comparing a resource with its facts says: a change,
// nothing to do and why, or that somebody else stands in the way.
export type Difference<B> =
  | ({ is: 'change'; change: Change<B> } & Remarks)
  | ({ is: 'same'; why: string } & Remarks)
  | { is: 'conflict'; what: string; where: string; hint: string; code?: ErrorCode } // otherwise FLIGHT_CONFLICT
