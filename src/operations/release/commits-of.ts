import { findCommit } from '../../artifacts/make-artifact.ts'
import { isWithin } from '../../artifacts/is-within.ts'
import type { IsWithin } from '../../model/delivery.ts'
import type { Definitions } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import { artifactRequest } from './artifact-request.ts'

// Whether one commit contains another, by the repository as it is now: the later one is fetched. A commit or a
// repository that cannot be had says no: whoever runs with it hears why.
export function commitsOf(definitions: () => Promise<Definitions>): IsWithin {
  return async (name, commit, later, signal) => {
    try {
      const known = await definitions()
      const app = known.apps.find((each) => each.name === name)
      if (app === undefined) return false
      const request = artifactRequest({ definitions: known }, app, later, { found: undefined, given: undefined })
      await findCommit(request, signal, () => undefined)
      return (await isWithin(request, commit, later, signal)) === true
    } catch (error) {
      if (error instanceof FlightError) return false
      throw error
    }
  }
}
