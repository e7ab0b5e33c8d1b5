// What a plan says of a release: the same commit and the same folder name on every server. It names no artifact:
// whoever applies it makes that of exactly this commit.
export type PlannedRelease = {
  app: string
  does: 'release' | 'rollback'
  name: string // <12 hex digits of the commit>-<n>: its folder, never used twice
  commit: string // 40 hex digits
  tree: string
  subject: string // one line
  ref: string // refs/heads/…
  turn: number // how often it went live so far, this time included: what is done again has a record of its own
  joins: boolean // it is live on other servers already: these join them
  artifact: string | null // sha256 of what other servers have of it already: the same has to be sent
  without: readonly string[] // servers that are left out
  environmentFrom: string | null // the server whose environment file those get that have none
  notes: readonly string[] // what a reader should know: what is live now
  warnings?: readonly string[] // what to weigh before it is done: migrations in between
}

// What is wanted of an app, before its servers were asked. Without `commit` and `name` a rollback goes to the last
// release that was live and healthy on all servers.
export type ReleaseWish =
  | {
      app: string
      does: 'release'
      commit: string
      tree: string
      subject: string
      ref: string
      without: readonly string[]
    }
  // Brings servers to what the others serve, under the same name.
  | {
      app: string
      does: 'join'
      name: string
      note: Pick<ReleaseNote, 'commit' | 'tree' | 'subject' | 'ref'>
      artifact: string
      without: readonly string[]
      environmentFrom: string | null
    }
  | { app: string; does: 'rollback'; name: string | undefined; without: readonly string[] }

// What the controller sends to the servers, beside what the plan says.
export type ReleaseCargo = { file: string; size: number; sha256: string; composerLock: string | undefined }

// What a server notes of a release when it is unpacked; read by people and by Flight.
export type ReleaseNote = {
  commit: string
  tree: string
  subject: string
  ref: string
  artifact: string // sha256 of the tar.gz
  composerLock: string // its sha256, or empty
  who: string
  when: string // ISO 8601, UTC
}

// The first 12 hex digits of the commit and how many releases it had before.
export const RELEASE_NAME = /^[0-9a-f]{12}-[1-9][0-9]{0,5}$/
