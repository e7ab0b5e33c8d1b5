import { shownName } from './tar-entry.ts'
import type { Seen } from './inspect.ts'

const MOST_NAMED = 5

// What is legal in an artifact and worth knowing.
export function remarksOn(seen: Seen): string[] {
  const env = seen.entries.has('.env')
    ? [
        '.env is in it: whoever reads the repository reads its passwords. The shared .env of each server wins over ' +
          'it; take it out of git',
      ]
    : []
  const outward =
    seen.outward.length === 0
      ? []
      : [`links that lead out of the release are kept as they are: ${listed(seen.outward)}`]
  return [...env, ...outward]
}

// Names for people, at most five of them.
export function listedNames(names: readonly string[]): string {
  return listed(names.map(shownName))
}

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
