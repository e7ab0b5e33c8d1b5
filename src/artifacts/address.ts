import { FlightError } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'

// Where a repository lies, by the one protocol that git may use to get there.
export type Address = { url: string; protocol: 'ssh' | 'https' | 'file' }

const HOST = '[A-Za-z0-9][A-Za-z0-9.-]*'
const USER = '(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?'
const WRITTEN: readonly (readonly [Address['protocol'], RegExp])[] = [
  ['ssh', new RegExp(`^ssh://${USER}${HOST}(?::\\d{1,5})?/[^-\\s]\\S*$`)],
  ['https', new RegExp(`^https://${HOST}(?::\\d{1,5})?/[^-\\s]\\S*$`)],
  ['file', /^\/[^\p{Cc}]*$/u],
  ['ssh', new RegExp(`^${USER}${HOST}:(?![:/]/)[^-:\\s]\\S*$`)],
]

// The address of a repository. Whatever could make git execute
// something (ext::, fd::, options, unknown transports) is refused.
export function repositoryAddress(repo: string, where: string): Address {
  const found = WRITTEN.find(([, pattern]) => pattern.test(repo))
  if (found !== undefined && !/\p{Cc}|::/u.test(repo)) return { url: repo, protocol: found[0] }
  const hint = 'write git@host:org/repo.git, ssh://…, https://… without a password, or an absolute path'
  throw new FlightError({
    code: 'FLIGHT_REPO_REFUSED',
    where,
    what: `the repository ${JSON.stringify(briefly(withoutPassword(repo)))} is no address that Flight gives to git`,
    hint,
  })
}

function withoutPassword(repo: string): string {
  return repo.replace(/\/\/[^/@\s]*@/, '//«secret»@')
}
