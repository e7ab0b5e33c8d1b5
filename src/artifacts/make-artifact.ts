import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Artifact, ArtifactRequest, Commit, Making } from '../model/artifact.ts'
import type { Kept } from './cache.ts'
import { archiveCommit, buildCommit } from './archive-commit.ts'
import type { MadeArtifact } from './archive-commit.ts'
import { archiveIn, artifactsOf, findKept, keep, keyOf, prune, recordOf, removeUnfinished } from './cache.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { asFlightError } from './failures.ts'
import { digestOfGiven, takeGiven } from './given-file.ts'
import { nothingSeen } from './inspect.ts'
import { useMirror } from './mirror.ts'
import { refusePointers, remarksOn } from './refusals.ts'
import { resolveCommit } from './resolve-commit.ts'
import { sweepWorkshops } from './workshop.ts'

// An artifact that no other process removes before it is let go, or before this process ends.
export type HeldArtifact = { artifact: Artifact; letGo(): void }

// The folder that keeps the artifact of a commit.
type Place = { commit: Commit; folder: string }

// Makes the artifact of one commit, or finds it made. Nothing here speaks to a server.
export async function makeArtifact(request: ArtifactRequest, making: Making): Promise<HeldArtifact> {
  try {
    await mkdir(request.state, { recursive: true, mode: 0o700 })
    await sweepWorkshops(request.state)
    const commit = request.found ?? (await findCommit(request, making))
    const given =
      request.given === undefined ? undefined : { file: request.given, sha256: await digestOfGiven(request.given) }
    const key =
      given === undefined
        ? keyOf('commit', commit.commit, request.subdirectory ?? null, request.buildCommands)
        : keyOf('given', commit.commit, given.sha256)
    const folder = join(artifactsOf(request.state, request.app), key)
    return await held(request, { commit, folder }, making, (part, log) =>
      given !== undefined
        ? fromGiven(given, commit, part, making)
        : request.buildCommands.length === 0
          ? archiveCommit(request, commit, part, making)
          : buildCommit(request, commit, { file: part, log }, making),
    )
  } catch (error) {
    throw asFlightError(error, request.given ?? request.app, making.signal)
  }
}

// The commit that a request names, for a plan that makes nothing yet.
export async function findCommit(request: ArtifactRequest, making: Making): Promise<Commit> {
  try {
    return await useMirror(request, 'fetched', making, (git) =>
      resolveCommit(git, request.repo, request.commit, request.releaseFrom),
    )
  } catch (error) {
    throw asFlightError(error, request.app, making.signal)
  }
}

// Several processes may use an artifact; one makes it, while nobody uses it.
async function held(
  request: ArtifactRequest,
  place: Place,
  { signal, tell }: Making,
  make: (part: string, log: string) => Promise<MadeArtifact>,
): Promise<HeldArtifact> {
  const { folder } = place
  const waiting = (holder: string) => tell({ kind: 'waiting', for: `the artifact of ${request.app}`, holder })
  const found = await lockFolder(folder, 'shared', signal, waiting)
  const kept = await orLetGo(found, () => findKept(folder))
  if (kept !== undefined) {
    tell({ kind: 'cached' })
    return finished(request, place, found, kept)
  }
  found.letGo()
  for (;;) {
    const lock = await lockFolder(folder, 'exclusive', signal, waiting)
    // The kernel lets go for a moment between the two kinds of lock: what was removed then is made again.
    const made = await orLetGo(lock, async () => {
      if ((await findKept(folder)) === undefined) await makeInto(folder, make)
      await lock.toShared()
      return recordOf(folder)
    })
    if (made !== undefined) return finished(request, place, lock, made)
    lock.letGo()
  }
}

async function makeInto(folder: string, make: (part: string, log: string) => Promise<MadeArtifact>): Promise<void> {
  const part = join(folder, 'part')
  try {
    await removeUnfinished(folder)
    await rm(part, { force: true })
    const made = await make(part, join(folder, 'build.log'))
    await keep(folder, part, {
      size: made.size,
      sha256: made.sha256,
      composerLock: made.composerLock ?? null,
      warnings: made.warnings,
    })
  } finally {
    await rm(part, { force: true })
  }
}

async function finished(
  request: ArtifactRequest,
  { commit, folder }: Place,
  lock: FolderLock,
  kept: Kept,
): Promise<HeldArtifact> {
  await orLetGo(lock, () => prune(request.state, request.app, request.keep))
  const artifact = {
    ...commit,
    file: archiveIn(folder),
    size: kept.size,
    sha256: kept.sha256,
    composerLock: kept.composerLock ?? undefined,
    warnings: kept.warnings,
  }
  return { artifact, letGo: () => lock.letGo() }
}

async function orLetGo<T>(lock: FolderLock, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    lock.letGo()
    throw error
  }
}

async function fromGiven(
  given: { file: string; sha256: string },
  { committedAt }: Commit,
  part: string,
  making: Making,
): Promise<MadeArtifact> {
  const seen = nothingSeen()
  const packed = await takeGiven(given, { file: part, committedAt }, seen, making)
  refusePointers(given.file, seen.pointers)
  return { ...packed, composerLock: seen.composerLock, warnings: remarksOn(seen) }
}
