import type { Deliver, IsWithin } from '../../model/delivery.ts'
import type { Definitions } from '../../model/definitions.ts'
import type { Request, RequestEvent } from '../../model/request.ts'
import type { Occasion, ServeSettings } from '../../model/serve-settings.ts'
import type { NewNotice, Store } from '../../model/store.ts'

// What the queue works with.
export type ServingOptions = {
  store: Store
  definitions(): Promise<Definitions> // as they are now; FlightError where they are wrong
  // Values, so that the queue is tested without servers and without git.
  deliver: Deliver
  isWithin: IsWithin
  settings: Pick<ServeSettings, 'atOnce' | 'perServer' | 'patience' | 'supersede'>
  now(): Date
  told(request: Request, event: RequestEvent): void // for logs and metrics
  // what others are told of it, in the moment in which it is so
  notices(occasion: Occasion, request: Request): Promise<readonly NewNotice[]>
  bug(error: unknown): void // ours: it is logged with its stack, and what it was about has failed
}
