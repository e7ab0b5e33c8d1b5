import type { Request } from '../../model/request.ts'
import type { Store } from '../../model/store.ts'
import type { ListedRequest } from './request-list.tsx'
import { noStory, type Story, tellStory } from './story.ts'

const EARLY = 60 // a plan is told of early, or later than a list can look
const SUBJECTS_KEPT = 2000

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
      for (const old of [...kept.keys()].slice(0, Math.max(0, kept.size - SUBJECTS_KEPT))) kept.delete(old)
    }
    return planned?.subject ?? ''
  }
  return async (requests) => {
    const list: ListedRequest[] = []
    for (const request of requests) list.push({ request, subject: await subjectOf(request.id, request.state) })
    return list
  }
}

const PAGE = 1000
const MOST_AT_ONCE = 60_000 // events for one look; the next look goes on from there
const STORIES_KEPT = 24

// Gives what reads the story of a request as it is now. What it has read it keeps for those that were looked at last,
// so that watching a release costs only its new events.
export function storyReader(store: Pick<Store, 'events'>): (id: number) => Promise<Story> {
  const kept = new Map<number, { story: Story; reading: Promise<void> }>()
  return async (id) => {
    const entry = kept.get(id) ?? { story: noStory(), reading: Promise.resolve() }
    kept.delete(id)
    kept.set(id, entry)
    for (const old of [...kept.keys()].slice(0, -STORIES_KEPT)) kept.delete(old)
    // One after the other: two readers of one story would take the same event twice.
    const reading = entry.reading.then(() => readOn(store, id, entry.story))
    entry.reading = reading.catch(() => undefined)
    await reading
    return entry.story
  }
}

async function readOn(store: Pick<Store, 'events'>, id: number, story: Story): Promise<void> {
  for (let read = 0; read < MOST_AT_ONCE; read += PAGE) {
    const events = await store.events(id, story.last, PAGE)
    for (const event of events) tellStory(story, event)
    if (events.length < PAGE) return
  }
}
