import type { Store } from '../../model/store.ts'
import { noStory, type Story, tell } from './story.ts'

const PAGE = 1000
const MOST_AT_ONCE = 60_000 // events for one look; the next look goes on from there
const KEPT = 24

// Gives what reads the story of a request as it is now. What it has read it keeps for those that were looked at last,
// so that watching a release costs only its new events.
export function storyReader(store: Pick<Store, 'events'>): (id: number) => Promise<Story> {
  const kept = new Map<number, { story: Story; reading: Promise<void> }>()
  return async (id) => {
    const entry = kept.get(id) ?? { story: noStory(), reading: Promise.resolve() }
    kept.delete(id)
    kept.set(id, entry)
    for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old)
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
    for (const event of events) tell(story, event)
    if (events.length < PAGE) return
  }
}
