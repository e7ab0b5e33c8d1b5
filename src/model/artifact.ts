// One commit of a repository, resolved.
export type Commit = {
  commit: string // 40 hex digits
  tree: string
  subject: string // one line, cleaned
  author: string
  committedAt: string // ISO, UTC
  ref: string // refs/heads/… or refs/tags/…: the one that was asked for, or one that the commit is on
}

// What a release ships: a tar.gz on this controller, and what it was made from.
export type Artifact = Commit & {
  file: string // absolute
  size: number
  sha256: string
  composerLock: string | undefined // sha256 of composer.lock
  warnings: readonly string[]
}

// What shall be made. `commit` is a full or short SHA, a tag or a branch; `given` a tar.gz that was made elsewhere.
export type ArtifactRequest = {
  app: string
  repo: string
  deployKey: string | undefined
  releaseFrom: readonly string[]
  subdirectory: string | undefined
  buildCommands: readonly string[]
  commit: string
  found: Commit | undefined // that commit, where it has been looked up a moment ago: nothing is fetched for it again
  given: string | undefined
  state: string // absolute folder
  keep: number // how many artifacts of the app stay, beside those in use
  sshConfig: string | undefined // instead of ~/.ssh/config
  patience: number // milliseconds that git may say nothing
}

// What goes along with making an artifact: what ends it early, and who is told how it goes.
export type Making = { signal: AbortSignal; tell(event: ArtifactEvent): void }

// What is told while an artifact is made.
export type ArtifactEvent =
  | { kind: 'waiting'; for: string; holder: string }
  | { kind: 'fetching'; line: string }
  | { kind: 'healing'; why: string }
  | { kind: 'command'; command: string; number: number; of: number }
  | { kind: 'output'; line: string }
  | { kind: 'packing'; bytes: number }
  | { kind: 'cached' }
