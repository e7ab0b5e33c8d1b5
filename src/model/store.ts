import type { NewRequest, NumberedEvent, Request, RequestEvent, RequestState } from './request.ts'
import type { Token } from './token.ts'

// What the deployment server remembers. Whatever a promise resolves to is durable: it is there after kill -9 and after
// a power cut. test/server/store/contract.ts says what every implementation must do.
export type Store = {
  // `known`: it was asked for before with the same app, commit and key, or without a key and is not ended. `other`: the
  // key belongs to something else. Only what is new gets an id, and its first event: who asked for it. `full`: as many
  // of the app wait already as may; `request` is the last of them.
  accept(wish: NewRequest, now: string, most?: number): Promise<Accepted>
  request(id: number): Promise<Request | undefined>
  requests(wanted: RequestFilter): Promise<Request[]> // the newest first
  unfinished(): Promise<Request[]> // waiting and running, the oldest first
  heads(): Promise<Request[]> // what runs, and of each app the oldest that waits, the oldest first
  // Changes it where it is in one of these states, tells that and posts these
  // notices in the same moment; otherwise undefined, and nothing is changed.
  change(
    id: number,
    from: readonly RequestState[],
    to: RequestChange,
    told?: { at: string; event: RequestEvent; notices?: readonly NewNotice[] },
  ): Promise<Request | undefined>

  append(id: number, told: readonly { at: string; event: RequestEvent }[]): Promise<NumberedEvent[]>
  events(id: number, after: number, limit: number): Promise<NumberedEvent[]> // those numbered after `after`
  forgetEvents(app: string, keep: number): Promise<void> // of all ended requests of an app but the newest so many

  addToken(token: Token): Promise<void>
  token(id: string): Promise<Token | undefined>
  tokens(): Promise<Token[]> // the oldest first, revoked ones too
  revokeToken(id: string, at: string): Promise<boolean> // false: there is none that is not revoked

  keep(name: string, at: string, document: unknown): Promise<void> // what was seen last, by name
  kept(name: string): Promise<{ at: string; document: unknown } | undefined>

  // What is to be sent to others, at least once.
  post(notices: readonly NewNotice[]): Promise<void>
  notices(due: string, limit: number): Promise<Notice[]> // those that are due, the oldest first
  sent(id: number): Promise<void>
  postpone(id: number, due: string, error: string): Promise<void>
  giveUp(id: number, error: string): Promise<void>

  counts(): Promise<{ app: string; does: string; state: RequestState; requests: number }[]>
  ping(): Promise<void> // fails when nothing can be written
  close(): Promise<void>
}

export type Accepted = { is: 'new' | 'known' | 'other' | 'full'; request: Request }

export type RequestFilter = {
  apps?: readonly string[]
  states?: readonly RequestState[]
  before?: number
  limit: number
}

export type RequestChange = Partial<
  Pick<
    Request,
    'state' | 'notBefore' | 'attempts' | 'cancelled' | 'began' | 'ended' | 'release' | 'end' | 'supersededBy'
  >
>

// `target`: the name of a receiver in flight.yml; where it is and what it may know is looked up when it is sent.
export type NewNotice = { target: string; at: string; due: string; body: unknown }
export type Notice = NewNotice & { id: number; tries: number; error: string | null }
