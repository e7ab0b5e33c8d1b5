import type { Request } from '../../model/request.ts'
import type { Store } from '../../model/store.ts'
import type { ListedRequest } from './request-list.tsx'

const EARLY = 60 // a plan is told of early, or later than a list can look
const KEPT = 2000

// Gives what looks up what the commit of a request says. It is in the events of the request, and stays what it is.
export function subjectReader(
  store: Pick<Store, 'events'>,
): (requests: readonly Request[]) => Promise<ListedRequest[]> {
  const kept = new Map<number, string>()
  const subjectOf = async (id: number, state: Request['state']): Promise<string> => {
    const known = kept.get(id)
    if (known !== undefined) return known
    const told = (await store.events(id, 0, EARLY)).map((event) => event.told)
    const planned = told.find((event) => event.event === 'planned')
    // One that is not planned yet may be asked again.
    if (planned !== undefined || (state !== 'waiting' && state !== 'running')) {
      kept.set(id, planned?.subject ?? '')
      for (const old of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT))) kept.delete(old)
    }
    return planned?.subject ?? ''
  }
  return async (requests) => {
    const list: ListedRequest[] = []
    for (const request of requests) list.push({ request, subject: await subjectOf(request.id, request.state) })
    return list
  }
}
