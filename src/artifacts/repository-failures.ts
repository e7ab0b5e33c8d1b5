import { FlightError } from '../model/errors.ts'
import type { Address } from './address.ts'

// The repository could not be read; `said` are git's words.
export function unreadable(address: Address, deployKey: string | undefined, said: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_REPO',
    where: address.url,
    what: `git could not read the repository: ${said}`,
    hint: wayOut(address, deployKey, said),
  })
}

// The mirror did not serve, although it was made anew.
export function unusable(repo: string, said: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_REPO',
    where: repo,
    what: `git failed on a mirror that is whole: ${said}`,
    hint:
      'look at the repository with `git fsck`; the mirror is made anew when its folder below state/mirrors is ' +
      'removed',
  })
}

function wayOut(address: Address, deployKey: string | undefined, said: string): string {
  if (/no space left|disk quota/i.test(said))
    return 'free some space below the state folder, and run the same command again'
  if (address.protocol === 'file') return 'the folder must be a git repository that belongs to the user who runs Flight'
  if (address.protocol === 'https')
    return `only public repositories are read over https; for others write git@host:org/repo.git and a deploy_key`
  if (/host key/i.test(said))
    return 'compare the host key with what the host publishes, and accept it with `ssh` once; Flight does not'
  return deployKey === undefined
    ? 'name a key that may read it with deploy_key, or add it to the agent'
    : `try \`ssh -i ${deployKey}\` to that host: the key must be readable, without a passphrase or in the agent, ` +
        `and allowed there`
}
