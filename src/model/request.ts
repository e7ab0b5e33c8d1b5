import type { Problem } from './errors.ts'
import type { RunEvent } from './event.ts'

// What somebody asks the deployment server for: to release a commit, or to go back.

export const REQUEST_STATES = [
  'waiting',
  'running',
  'succeeded',
  'failed',
  'went_back',
  'refused',
  'superseded',
  'cancelled',
] as const
export type RequestState = (typeof REQUEST_STATES)[number]

// Nothing follows any more.
export const ENDED_STATES = [
  'succeeded',
  'failed',
  'went_back',
  'refused',
  'superseded',
  'cancelled',
] as const satisfies readonly RequestState[]
export type EndedState = (typeof ENDED_STATES)[number]

export function isEnded(state: RequestState): state is EndedState {
  return (ENDED_STATES as readonly RequestState[]).includes(state)
}

// As it is asked for, checked. `older`: the commit may be one that what is live already
// contains. `leaving`: the way back is from this request's release and from no other;
// `to` names the release to go back to, otherwise it is the last good one before.
export type NewRequest = {
  app: string
  wish:
    | { does: 'release'; commit: string; ref: string | null; older: boolean }
    | { does: 'rollback'; leaving: number; to: string | null }
  key: string | null // Idempotency-Key
  by: string // the token's name, or which webhook
}

// The same, accepted: on disk before anybody is told of it.
export type Request = NewRequest & {
  id: number // from 1, in the order in which they were accepted
  asked: string // ISO 8601, UTC, as all times here
  state: RequestState
  notBefore: string | null // waits until then: a server could not be reached
  attempts: number // how often it was begun
  cancelled: string | null // who asked that it stops, also where it went live nevertheless
  began: string | null // the first time
  ended: string | null
  release: string | null // its name on the servers, known before the first byte is written there
  end: RequestEnd | null
  supersededBy: number | null
}

// How it ended, for people and for pipelines.
export type RequestEnd = {
  exit: number // what the command of the same purpose would have ended with
  said: string // one sentence
  problems: readonly Problem[]
}

// What is told of one request, in order: what the run tells, and what the deployment server adds.
export type RequestEvent =
  | RunEvent
  | { event: 'requested'; by: string }
  | { event: 'begins'; attempt: number }
  | { event: 'resumes'; attempt: number } // it was interrupted: what is done is found, and not done again
  | { event: 'planned'; release: string; commit: string; subject: string; servers: readonly string[]; actions: number }
  | { event: 'waits'; until: string; why: string }
  | { event: 'cancel-asked'; by: string }
  | { event: 'ends'; state: EndedState; end: RequestEnd }

export type NumberedEvent = { n: number; at: string; told: RequestEvent } // n: from 1, without gaps, for each request
