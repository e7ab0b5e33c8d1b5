import type { Problem } from './errors.ts'
import type { Request, RequestEvent } from './request.ts'

// What the queue needs of whoever carries a request out.

export type Tools = {
  tell(event: RequestEvent): void
  signal: AbortSignal // aborted: stop as soon as the servers can be left as they are
  // Resolves once the release's name is on disk: nothing is written to any server before that.
  planned(release: string): Promise<void>
  leaving: string | undefined // a way back: the release that is to be left
}

// How carrying a request out ended. `unreachable`: nothing can be said of it yet, it is worth another try.
// `interrupted`: stopped by the signal; carrying it out again goes on where it stopped.
export type Delivered = {
  is: 'succeeded' | 'failed' | 'went_back' | 'refused' | 'unreachable' | 'interrupted'
  exit: number
  said: string
  problems: readonly Problem[]
}

export type Deliver = (request: Request, tools: Tools) => Promise<Delivered>

// Whether a commit of an app contains another, by the app's repository as it is now. False where either is not known.
export type IsWithin = (app: string, commit: string, later: string, signal: AbortSignal) => Promise<boolean>
