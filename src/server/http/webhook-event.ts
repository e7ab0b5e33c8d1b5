import type { ServedApp } from '../../model/desk.ts'

// What a verified event means for an app: a commit to release, or why nothing is done.
export type Meaning = { is: 'release'; commit: string } | { is: 'nothing'; why: string }

// An event that releases nothing.
export function nothing(why: string): Meaning {
  return { is: 'nothing', why }
}

// A commit that is one; a branch that was deleted says 000….
export function releaseOf(commit: string | null | undefined): Meaning {
  return commit !== null && commit !== undefined && /^[0-9a-f]{40}$/.test(commit) && !/^0+$/.test(commit)
    ? { is: 'release', commit }
    : nothing('The event names no commit.')
}

export type WebhookApp = Pick<ServedApp, 'name' | 'repo' | 'releaseOn'>
type ReleaseOn = NonNullable<WebhookApp['releaseOn']>
type Address = string | null | undefined

// What the definition of the app says of events, where one of these addresses is its repository's.
export function releaseOnOf({ repo, releaseOn }: WebhookApp, addresses: readonly Address[]): ReleaseOn | Meaning {
  if (!isSameRepository(repo, addresses)) return nothing('This is not the repository of the app.')
  return releaseOn ?? nothing('The definition of the app does not say which event releases it.')
}

// Other names of the same host, for networks where port 22 is closed.
const SAME_HOST: Record<string, string> = { 'ssh.github.com': 'github.com', 'altssh.gitlab.com': 'gitlab.com' }

// HOST/PATH of a repository's address, whichever way it is written; undefined for a local path.
export function repositoryOf(address: string): string | undefined {
  const url = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^/:]+)(?::\d+)?\/+(.+)$/i.exec(address)
  const [, host, path] = url ?? /^(?:[^@/:]+@)?([^/:@]+):(?!\/\/)\/*(.+)$/.exec(address) ?? []
  if (host === undefined || path === undefined) return undefined
  const name = host.toLowerCase()
  return `${SAME_HOST[name] ?? name}/${path
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')}`
}

function isSameRepository(repo: string, addresses: readonly Address[]): boolean {
  const own = repositoryOf(repo)
  return own !== undefined && addresses.some((address) => typeof address === 'string' && repositoryOf(address) === own)
}
