import type { RequestEvent } from '../../model/request.ts'
import { readStageName } from '../../model/stage-name.ts'

// How long the stages of one run take: a stage lasts until the next
// one begins, the last one until the servers are read once more.
export function stageClock(took: (stage: string, seconds: number) => void): (event: RequestEvent, at: number) => void {
  let current: { stage: string; since: number } | undefined
  const next = (stage: string | undefined, at: number): void => {
    if (current !== undefined) took(current.stage, Math.max(0, at - current.since) / 1000)
    current = stage === undefined ? undefined : { stage, since: at }
  }
  return (event, at) => {
    switch (event.event) {
      case 'stage-begins':
        return next(readStageName(event.stage)?.phase ?? 'other', at)
      case 'verifying':
        return current?.stage === 'verify' ? undefined : next('verify', at)
      case 'waits':
      case 'ends':
        return next(undefined, at)
      case 'begins':
      case 'resumes':
        // Nobody knows when what was interrupted ended.
        current = undefined
        return undefined
      case 'requested':
      case 'planned':
      case 'cancel-asked':
      case 'server-asked':
      case 'server-answered':
      case 'server-missing':
      case 'server-ends':
      case 'action-begins':
      case 'action-progress':
      case 'action-ends':
      case 'note':
        return undefined
    }
  }
}
