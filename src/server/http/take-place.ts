import type { DoorContext } from './door-options.ts'
import type { Places } from './places.ts'
import { refuse } from './problem.ts'

// A place for as long as news is waited for; refused where there is none.
export function takePlace(places: Places, c: DoorContext): () => void {
  const place = places.take(c.var.origin.group)
  if (typeof place !== 'string') return place
  const headers = { 'retry-after': '5' }
  if (place === 'full')
    return refuse('busy', {
      detail: 'As many wait for news as the server can serve.',
      hint: 'Ask again in a few seconds.',
      headers,
    })
  return refuse('too-many-streams', {
    detail: 'Your address waits for as much news at once as one may.',
    hint: 'Close some, or ask without waiting.',
    headers,
  })
}
