import type { Commit } from '../../model/artifact.ts'
import type { Plan } from '../../model/plan.ts'
import type { ReleaseWish } from '../../model/release.ts'
import { artifactRequest, tellArtifact } from './artifact-request.ts'
import type { Found } from '../hold.ts'
import { appNamed } from '../scope.ts'
import type { Session } from '../session.ts'

// A wish as it is written: a commit by any of its names.
export type WrittenWish =
  | { app: string; does: 'release'; commit: string; without: readonly string[] }
  | Exclude<ReleaseWish, { does: 'release' }>

// Plans releases and nothing else. The commit is looked up in the
// repository; no artifact is made, and nothing is changed on any server.
export async function planReleases(
  session: Session,
  written: readonly WrittenWish[],
): Promise<{ plan: Plan; found: Found }> {
  const { definitions, connect, parallel, listen, signal } = session
  const wishes: ReleaseWish[] = []
  const found = new Map<string, Commit>()
  for (const wish of written) wishes.push(await resolved(session, wish, (commit) => found.set(commit.commit, commit)))
  const { makePlan } = await import('../../engine/plan/make-plan.ts')
  const plan = await makePlan({
    definitions,
    asked: { undertaking: 'release', wishes },
    connect,
    parallel,
    listen,
    signal,
  })
  return { plan, found }
}

async function resolved(session: Session, wish: WrittenWish, tell: (found: Commit) => void): Promise<ReleaseWish> {
  const app = appNamed(wish.app, session.definitions)
  if (wish.does !== 'release') return wish
  const { findCommit } = await import('../../artifacts/make-artifact.ts')
  const found = await findCommit(
    artifactRequest(session, app, wish.commit, { found: undefined, given: undefined }),
    session.signal,
    tellArtifact(session, app.name),
  )
  tell(found)
  const { commit, tree, subject, ref } = found
  return { app: app.name, does: 'release', commit, tree, subject, ref, without: wish.without }
}
