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

// Whether one of these addresses is the repository's.
export function isSameRepository(repo: string, addresses: readonly unknown[]): boolean {
  const own = repositoryOf(repo)
  return own !== undefined && addresses.some((address) => typeof address === 'string' && repositoryOf(address) === own)
}
