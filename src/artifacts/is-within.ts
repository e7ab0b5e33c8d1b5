import type { ArtifactRequest } from '../model/artifact.ts'
import { asFlightError } from './failures.ts'
import { askGit, GitFailed } from './git.ts'
import type { Git } from './git.ts'
import { useMirror } from './mirror.ts'

const SHA = /^[0-9a-f]{12,40}$/

// Whether `later` contains `commit`, or is it, as the mirror knows them now; nothing
// is fetched. Both are SHAs of at least 12 digits. Undefined where the mirror lacks
// one of them: a branch was pushed by force, or the mirror was made anew.
export async function isWithin(
  request: Pick<ArtifactRequest, 'app' | 'repo' | 'deployKey' | 'sshConfig' | 'state' | 'patience'>,
  commit: string,
  later: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (!SHA.test(commit) || !SHA.test(later)) return undefined
  try {
    return await useMirror(request, 'as it is', { signal, tell: () => undefined }, (git) =>
      contains(git, commit, later),
    )
  } catch (error) {
    throw asFlightError(error, request.app, signal)
  }
}

// Exit code 1 says no; any other, that it does not know one of them.
async function contains(git: Git, commit: string, later: string): Promise<boolean | undefined> {
  try {
    await askGit(git, ['merge-base', '--is-ancestor', commit, later])
    return true
  } catch (error) {
    if (error instanceof GitFailed && error.code !== null) return error.code === 1 ? false : undefined
    throw error
  }
}
