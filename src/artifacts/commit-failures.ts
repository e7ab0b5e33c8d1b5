import { FlightError } from '../model/errors.ts'

// A commit that cannot be released, and what is near.
export function noCommit(repo: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_COMMIT', where: repo, what, hint })
}
