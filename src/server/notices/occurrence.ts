import type { FleetServer } from '../../model/fleet.ts'
import type { Request } from '../../model/request.ts'
import type { Occasion } from '../../model/serve-settings.ts'

// What was found out about a release before it began: the event `planned`.
export type Planned = { release: string; commit: string; subject: string; servers: readonly string[] }

// What others may be told of. `link`: where a person can read more, absolute, where that is known.
export type Occurrence =
  | { occasion: Exclude<Occasion, 'drift'>; request: Request; planned: Planned | undefined; link: string | undefined }
  | { occasion: 'drift'; at: string; servers: readonly FleetServer[]; link: string | undefined }

// The occasion that a request's present state is; undefined where nobody needs to hear of it.
export function occasionOf({ state, wish }: Pick<Request, 'state' | 'wish'>): Exclude<Occasion, 'drift'> | undefined {
  switch (state) {
    case 'running':
      return 'start'
    case 'succeeded':
      return wish.does === 'rollback' ? 'rollback' : 'success'
    case 'went_back':
      return 'rollback'
    case 'failed':
    case 'refused':
      return 'failure'
    case 'waiting':
    case 'superseded':
    case 'cancelled':
      return undefined
  }
}

// The same for the same occurrence, whoever tells it and however often: receivers know repeats by it.
export function idOf(told: Occurrence): string {
  const moment = (iso: string): string => iso.replace(/[-:]|\.\d+/g, '')
  if (told.occasion === 'drift') return `drift-${moment(told.at)}`
  return `release-${told.request.id}-${told.occasion}-${moment(told.request.asked)}`
}
