import type { Request } from '../../model/request.ts'

// Whether `later` waits as well, and asks for another commit of the same branch of the same app.
export function isLaterOf(request: Request, later: Request): boolean {
  if (later.id <= request.id || later.state !== 'waiting' || later.app !== request.app || later.cancelled !== null)
    return false
  const [one, other] = [request.wish, later.wish]
  return (
    one.does === 'release' &&
    other.does === 'release' &&
    one.ref !== null &&
    one.ref === other.ref &&
    one.commit !== other.commit
  )
}

// Milliseconds until a server that could not be reached is tried again: 5 s, 10 s, 15 s … at most a minute.
export function pauseAfter(attempts: number): number {
  return Math.min(60_000, 5_000 * Math.max(1, attempts))
}
