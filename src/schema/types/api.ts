// Made from schemas/api.json by `npm run generate`: do not edit.

/**
 * Which commit to release.
 */
export interface ReleaseBody {
  /**
   * Send all 40 hex digits of the commit, as git rev-parse HEAD prints them.
   */
  commit: string
  /**
   * Name the branch or tag that the commit is on, such as main or refs/heads/main, or leave it out.
   */
  ref?: string | null
  /**
   * Send true to release a commit that the live release already contains. Otherwise leave it out.
   */
  older?: boolean
}

/**
 * Which release to go back to.
 */
export interface RollbackBody {
  /**
   * Name a release as flight app:releases shows it, or leave it out for the last good one.
   */
  to?: string | null
}

/**
 * Nothing: an empty object, or no body.
 */
export interface CancelBody {}

export interface ReleasePath {
  /**
   * The number that the release was accepted with.
   */
  id: number
}

export interface WaitQuery {
  /**
   * Answer when the release has ended, or after so many seconds, at most 300.
   */
  wait?: number
}

export interface ListQuery {
  /**
   * How many to list, from 1 to 200.
   */
  limit?: number
  /**
   * List only releases with a smaller number.
   */
  before?: number
}

export interface LogQuery {
  /**
   * Send 1 to read on until the release has ended.
   */
  follow?: string
}

export interface EventsQuery {
  /**
   * Tell only events with a larger number. The header Last-Event-ID goes before it.
   */
  after?: number
}

export interface EventsHeaders {
  /**
   * Tell only events with a larger number.
   */
  'Last-Event-ID'?: number
}

export interface AskHeaders {
  /**
   * Send 1 to 255 printable ASCII characters, such as the id of the pipeline's job. The same key is the same release.
   */
  'Idempotency-Key'?: string
}
