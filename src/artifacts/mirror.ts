import { createHash } from 'node:crypto'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactRequest, Making } from '../model/artifact.ts'
import { FlightError } from '../model/errors.ts'
import { type Address, repositoryAddress } from './address.ts'
import { isMissing, lockFolder } from './folder-lock.ts'
import { fetchEnvironment } from './git-environment.ts'
import { askGit, type Git, GitFailed } from './git.ts'
import { tidyMirror, writeConfiguration } from './mirror-files.ts'
import { lastLines } from './said.ts'

type MirrorRequest = Pick<ArtifactRequest, 'repo' | 'deployKey' | 'sshConfig' | 'state' | 'patience'>

// What is in a repository: its branches and tags, nothing else (the ref of a pull request is anybody's).
const REFS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']

// Where the mirror of a repository lies.
export function mirrorFolder(state: string, repo: string): string {
  return join(state, 'mirrors', createHash('sha256').update(repo).digest('hex'))
}

// Hands the mirror of a repository to `use`, fetched or as it is,
// locked against every other process. A broken one is made anew, once.
export async function useMirror<T>(
  request: MirrorRequest,
  fetch: 'fetched' | 'as it is',
  { signal, tell }: Making,
  use: (git: Git) => Promise<T>,
): Promise<T> {
  const address = repositoryAddress(request.repo, 'repo')
  const folder = mirrorFolder(request.state, request.repo)
  const lock = await lockFolder(folder, 'exclusive', signal, (holder) =>
    tell({ kind: 'waiting', for: `the mirror of ${request.repo}`, holder }),
  )
  try {
    const git = { repository: join(folder, 'repo.git'), lock: lock.fd, signal, patience: request.patience }
    const mirror = { git, folder, address, request, tell }
    const fresh = await refresh(mirror, fetch)
    try {
      return await use(git)
    } catch (error) {
      if (!(error instanceof GitFailed) || fresh) throw error
      await heal(mirror, error.said)
      return await use(git)
    }
  } catch (error) {
    throw error instanceof GitFailed ? unusable(request.repo, error.said) : error
  } finally {
    lock.letGo()
  }
}

type Mirror = {
  git: Git
  folder: string
  address: Address
  request: MirrorRequest
  tell: Making['tell']
}

// Brings the mirror up to date; says whether it was made anew.
async function refresh(mirror: Mirror, fetch: 'fetched' | 'as it is'): Promise<boolean> {
  if (!(await exists(mirror.git.repository))) {
    await make(mirror)
    return true
  }
  await tidyMirror(mirror.git.repository)
  if (fetch === 'as it is') return false
  try {
    await fetchInto(mirror, mirror.git)
    // A ref that leads nowhere is a warning for git, and a commit that cannot be found for us.
    await askGit(mirror.git, ['rev-list', '--all', '--max-count=1'])
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error
    if (await isSound(mirror.git)) throw unreadable(mirror.address, mirror.request.deployKey, error.said)
    await heal(mirror, error.said)
    return true
  }
  await askGit(mirror.git, ['gc', '--auto', '--quiet'])
  return false
}

async function heal(mirror: Mirror, why: string): Promise<void> {
  mirror.tell({ kind: 'healing', why })
  await make(mirror)
}

// Made beside and renamed: what bears the name was whole once.
async function make(mirror: Mirror): Promise<void> {
  const repository = join(mirror.folder, 'fresh.git')
  const git = { ...mirror.git, repository }
  await rm(repository, { recursive: true, force: true })
  await mkdir(repository, { mode: 0o700 })
  await askGit(git, ['init', '--quiet', '--bare', '--template='])
  await writeConfiguration(repository)
  try {
    await fetchInto(mirror, git)
  } catch (error) {
    await rm(repository, { recursive: true, force: true })
    throw error instanceof GitFailed ? unreadable(mirror.address, mirror.request.deployKey, error.said) : error
  }
  await rm(mirror.git.repository, { recursive: true, force: true })
  await rename(repository, mirror.git.repository)
}

async function fetchInto({ address, request, tell }: Mirror, git: Git): Promise<void> {
  const hear = (text: string) => {
    for (const line of lastLines(text)) tell({ kind: 'fetching', line })
  }
  const environment = fetchEnvironment(address.protocol, request)
  const words = [
    'fetch',
    '--prune',
    '--force',
    '--no-tags',
    '--atomic',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
    '--progress',
    '--',
    address.url,
    ...REFS,
  ]
  await askGit({ ...git, environment, hear }, words)
}

async function isSound(git: Git): Promise<boolean> {
  try {
    await askGit(git, ['fsck', '--connectivity-only', '--no-dangling', '--no-progress'])
    return true
  } catch (error) {
    if (error instanceof GitFailed) return false
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

// The repository could not be read; `said` are git's words.
function unreadable(address: Address, deployKey: string | undefined, said: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_REPO',
    where: address.url,
    what: `git could not read the repository: ${said}`,
    hint: wayOut(address, deployKey, said),
  })
}

// The mirror did not serve, although it was made anew.
function unusable(repo: string, said: string): FlightError {
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
