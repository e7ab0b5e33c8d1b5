import type { DoorContext, Doorkeeper } from './door-options.ts'
import type { Places } from './places.ts'
import { refuse } from './problem.ts'
import { isOver } from './tokens.ts'

const LOOK_AGAIN = 3_000 // ms

// A place for as long as somebody waits for news. `stop` is called when the doors close, and when the token that it was
// asked with is revoked or expires meanwhile. Gives what gives the place back.
export function waitForNews(
  places: Places,
  c: DoorContext,
  { closing, desk, now, failed }: Doorkeeper,
  stop: () => void,
): () => void {
  const release = takePlace(places, c)
  const lookAgain = async (id: string) => {
    const token = await desk.store.token(id)
    if (token === undefined || isOver(token, now())) stop()
  }
  const { token } = c.var
  const timer = token === undefined ? undefined : setInterval(() => void lookAgain(token).catch(failed), LOOK_AGAIN)
  timer?.unref()
  closing.addEventListener('abort', stop)
  if (closing.aborted) stop()
  return () => {
    clearInterval(timer)
    closing.removeEventListener('abort', stop)
    release()
  }
}

// A place for as long as news is waited for; refused where there is none.
function takePlace(places: Places, c: DoorContext): () => void {
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
