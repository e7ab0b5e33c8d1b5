import { readFile } from 'node:fs/promises'
import { neededFor } from '../engine/compare.ts'
import type { Hold, Needed } from '../model/hold.ts'
import type { Action } from '../model/action.ts'
import type { Commit } from '../model/artifact.ts'
import type { App } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import type { PlannedRelease, ReleaseCargo } from '../model/release.ts'
import { Secret } from '../model/secret.ts'
import { artifactRequest, tellArtifact } from './release/repository.ts'
import { appNamed } from './scope.ts'
import type { Session } from './session.ts'

// Commits that this command has looked up already, by their SHA.
export type Found = ReadonlyMap<string, Commit>

type Given = { given: string | undefined; found: Found; contents: ReadonlyMap<string, Secret> }
type Held = { hold: Omit<Hold, 'who' | 'when'>; letGo(): void }

// What a plan needs of this controller: for releases the artifact of exactly the commit that the plan names, and what
// is secret. Nothing where it makes no release and pushes no environment file. `letGo` once the servers have it.
export async function holdFor(session: Session, plan: Plan, { given, found, contents }: Given): Promise<Held> {
  const cargo = new Map<string, ReleaseCargo>()
  const secrets = new Map<string, Secret>()
  const environments = new Map<string, Secret>()
  const held: (() => void)[] = []
  const letGo = () => held.splice(0).forEach((each) => each())
  for (const action of actionsOf(plan)) {
    const content =
      neededFor(action)?.content === 'pushed file' ? contents.get(action.address.split('/')[0] ?? '') : undefined
    if (content !== undefined) environments.set(action.address, content)
  }
  try {
    for (const release of plan.releases) {
      const app = appNamed(release.app, session.definitions)
      if (app.composerAuth !== undefined) secrets.set(app.name, await composerAuth(app, app.composerAuth))
      if (release.environmentFrom !== null && needing(plan, app, 'environment file').length > 0)
        for (const [address, content] of await environmentsFrom(session, plan, app, release.environmentFrom))
          environments.set(address, content)
      if (needing(plan, app, 'artifact').length === 0) continue
      const { makeArtifact } = await import('../artifacts/make-artifact.ts')
      const made = await makeArtifact(
        artifactRequest(session, app, release.commit, { given, found: found.get(release.commit) }),
        { signal: session.signal, tell: tellArtifact(session, app.name) },
      )
      held.push(made.letGo)
      refuseOtherCommit(release, made.artifact)
      refuseOtherArtifact(release, made.artifact.sha256)
      for (const text of made.artifact.warnings)
        session.listen({ event: 'note', text: `warning: ${app.name}: ${text}` })
      const { file, size, sha256, composerLock } = made.artifact
      cargo.set(app.name, { file, size, sha256, composerLock })
    }
    return { hold: { cargo, secrets, environments }, letGo }
  } catch (error) {
    letGo()
    throw error
  }
}

// The actions that need that for an app.
function needing(plan: Plan, { name }: App, content: Needed['content']): Action[] {
  return actionsOf(plan).filter((action) => {
    const needed = neededFor(action)
    return needed?.content === content && needed.app === name
  })
}

function actionsOf({ stages }: Plan): Action[] {
  return stages.flatMap(({ servers }) => servers.flatMap(({ actions }) => actions))
}

// What each address of an environment file gets: the file of that server.
async function environmentsFrom(session: Session, plan: Plan, app: App, from: string): Promise<[string, Secret][]> {
  const content = await environmentOf(session, app, from)
  return needing(plan, app, 'environment file').map(({ address }) => [address, content])
}

// The environment file as that server has it now.
async function environmentOf(session: Session, app: App, from: string): Promise<Secret> {
  const { readEnvironments } = await import('./environment/environments.ts')
  const { files, problems } = await readEnvironments(session, app.name, [from])
  if (problems.length > 0) throw new FlightError(problems)
  const [file] = files
  if (file === undefined)
    throw new FlightError({
      code: 'FLIGHT_STALE_PLAN',
      where: from,
      what: `has no environment file of ${app.name} any more`,
      hint: 'plan again',
    })
  return new Secret(Buffer.from(file.bytes).toString('utf8'))
}

// The same commit has the same tree and the same subject everywhere, unless the plan, or somebody's repository, says
// something else of it.
function refuseOtherCommit({ app, commit, tree, subject }: PlannedRelease, made: Commit): void {
  const short = commit.slice(0, 12)
  const what =
    made.tree !== tree
      ? `the commit ${short} has the tree ${made.tree.slice(0, 12)} here; the plan says ${tree.slice(0, 12)}`
      : made.subject !== subject
        ? `the commit ${short} is "${made.subject}" here; the plan says "${subject}"`
        : undefined
  if (what === undefined) return
  throw new FlightError({
    code: 'FLIGHT_STALE_PLAN',
    where: app,
    what,
    hint: 'this is not the repository that the plan was made for, or somebody changed the plan; plan again',
  })
}

// A build may come out otherwise the next time; on the servers one name stands for one content.
function refuseOtherArtifact({ app, name, artifact }: PlannedRelease, made: string): void {
  if (artifact === null || made === artifact) return
  throw new FlightError({
    code: 'FLIGHT_ARTIFACT',
    where: app,
    what: `servers have release ${name} of the archive ${artifact.slice(0, 12)}, here it is ${made.slice(0, 12)}`,
    hint: 'give the same archive with --artifact FILE, or release another commit',
  })
}

async function composerAuth(app: App, file: string): Promise<Secret> {
  try {
    return new Secret(await readFile(file, 'utf8'))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    throw new FlightError({
      code: 'FLIGHT_REFERENCE',
      where: `${app.file} composer_auth`,
      what: `${file} cannot be read (${code})`,
      hint: 'it is a file of this controller; put it there, or take composer_auth out',
    })
  }
}
