import type { Commit } from '../../model/artifact.ts'
import type { Plan } from '../../model/plan.ts'
import type { ReleaseWish } from '../../model/release.ts'
import { planText } from '../../views/plan-text.ts'
import type { Found } from '../hold.ts'
import { type Offer, planned } from '../offer.ts'
import { appNamed } from '../scope.ts'
import type { Session } from '../session.ts'
import { artifactRequest, tellArtifact } from './repository.ts'

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
  const wishes: ReleaseWish[] = []
  const found = new Map<string, Commit>()
  for (const wish of written) wishes.push(await resolved(session, wish, (commit) => found.set(commit.commit, commit)))
  const plan = await planned(session, { undertaking: 'release', releases: wishes })
  return { plan, found }
}

async function resolved(session: Session, wish: WrittenWish, tell: (found: Commit) => void): Promise<ReleaseWish> {
  const app = appNamed(wish.app, session.definitions)
  if (wish.does !== 'release') return wish
  const { findCommit } = await import('../../artifacts/make-artifact.ts')
  const found = await findCommit(artifactRequest(session, app, wish.commit, { found: undefined, given: undefined }), {
    signal: session.signal,
    tell: tellArtifact(session, app.name),
  })
  tell(found)
  const { commit, tree, subject, ref } = found
  return { app: app.name, does: 'release', commit, tree, subject, ref, without: wish.without }
}

// `given`: an archive that was made elsewhere. `wait`: for whoever releases that app now.
export type Releasing = { wish: WrittenWish; given: string | undefined; wait: boolean }

// Releases one app, or goes back with it. A server that is missing or blocked ends it before anything happens.
export function release(what: string, { wish, given, wait }: Releasing): Offer {
  return {
    what,
    async plan(session) {
      const { plan, found } = await planReleases(session, [wish])
      return { plan, how: { given, found, wait } }
    },
    texts: (plan, shape) => [planText(plan, shape), ...(plan.missing.length > 0 ? [wayOutFor(plan)] : [])],
    document: (plan, receipt) => ({ plan, receipt }),
    isPlannedAgain: wait,
  }
}

// A server that cannot be asked stops a release; whoever knows that it is down says so.
function wayOutFor({ missing }: Plan): string {
  const away = [...new Set(missing.map(({ server }) => server))]
  return (
    `A release is on all servers or on none. To release without ${away.join(', ')}, which then ` +
    `${away.length === 1 ? 'serves' : 'serve'} what ${away.length === 1 ? 'it has' : 'they have'}:\n  ` +
    `${away.map((name) => `--without-server ${name}`).join(' ')}\n`
  )
}
