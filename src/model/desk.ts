import type { ReleaseOn } from './definitions.ts'
import type { Fleet } from './fleet.ts'
import type { NewRequest, NumberedEvent, Request } from './request.ts'
import type { Accepted, Store } from './store.ts'

// What those who ask over HTTP may do: the deployment server behind its doors.
export type Desk = {
  store: Store
  ask(wish: NewRequest): Promise<Accepted>
  // Of one that waits, at once; of one that runs, as soon as its
  // servers can be left as they are. Undefined: it has ended already.
  cancel(id: number, by: string): Promise<Request | undefined>
  // All that is told of a request after `after`, what comes later included; ends with the request, or with the signal.
  follow(id: number, after: number, signal: AbortSignal): AsyncIterable<NumberedEvent>
  // Calls when anything changed that a page may show; gives the way to stop that.
  onChange(call: () => void): () => void
  apps(): Promise<readonly ServedApp[]> // as the definitions are now; FlightError where they are wrong
  fleet(): Promise<Fleet>
  isStopping(): boolean
}

// What of an app's definition decides who may ask for it.
export type ServedApp = {
  name: string
  repo: string
  cluster: string
  servers: readonly string[]
  releaseOn: ReleaseOn | undefined
}
