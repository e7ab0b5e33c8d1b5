import { FlightError } from '../model/errors.ts'
import type { Seen } from './inspect.ts'
import { shownName } from './tar-entry.ts'
import type { TreeFacts } from './walk.ts'

// What git archive would silently leave out or ship as an empty shell. `shipped` says which paths count.
export function refuseMissing(where: string, facts: TreeFacts, seen: Seen, shipped: (path: string) => boolean): void {
  const submodules = [...facts.submodules].filter(shipped)
  if (submodules.length > 0)
    throw unfit(
      where,
      `it has submodules, which are not in the repository: ${listedNames(submodules)}`,
      'take them into the repository, make them composer packages, or build elsewhere and release with --artifact FILE',
    )
  const kept = [...facts.filters].filter(([path, filter]) => filter === 'lfs' && shipped(path)).map(([path]) => path)
  refusePointers(where, kept.length > 0 ? kept : seen.pointers)
}

// Refuses files that are only the pointers of Git LFS.
export function refusePointers(where: string, names: readonly string[]): void {
  if (names.length > 0)
    throw unfit(
      where,
      `files lie in Git LFS, and the repository has only pointers to them: ${listedNames(names)}`,
      'take them into the repository, exclude them (export-ignore), or build elsewhere and release with --artifact ' +
        'FILE',
    )
}

// Filters that Flight does not run, and what a build leaves as it is.
export function remarksOnTree(facts: TreeFacts, shipped: (path: string) => boolean, builds: boolean): string[] {
  const others = [...facts.filters].filter(([path, filter]) => filter !== 'lfs' && shipped(path))
  const [path, filter] = others[0] ?? []
  return [
    ...(path === undefined
      ? []
      : [
          `${shownName(path)}${others.length > 1 ? ` and ${others.length - 1} more` : ''} are as git stores them: ` +
            `the filter ${shownName(filter ?? '')} is not run`,
        ]),
    ...(builds && facts.substituted.length > 0
      ? [`export-subst is not applied to what a build makes: ${listedNames(facts.substituted)}`]
      : []),
  ]
}

function unfit(where: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_ARTIFACT', where, what, hint })
}

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
function listedNames(names: readonly string[]): string {
  return listed(names.map(shownName))
}

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
