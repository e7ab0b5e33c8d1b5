import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactRequest, Commit, Making } from '../model/artifact.ts'
import { runBuild } from './build.ts'
import { streamGit } from './git.ts'
import type { Git } from './git.ts'
import { inspected, nothingSeen } from './inspect.ts'
import type { Seen } from './inspect.ts'
import { useMirror } from './mirror.ts'
import { pack, type Packed } from './pack.ts'
import { refuseMissing, refusePointers, remarksOn, remarksOnTree } from './refusals.ts'
import type { TarEntry } from './tar-entry.ts'
import { readTar } from './tar-read.ts'
import { checkSubdirectory, treeFacts, walked } from './walk.ts'
import { checkOut, makeWorkshop } from './workshop.ts'

// An archive that was written, with what is worth saying about it.
export type MadeArtifact = Packed & { composerLock: string | undefined; warnings: string[] }

// Writes the archive of a commit: what git archive says belongs to it, its subdirectory at the top.
export function archiveCommit(
  request: ArtifactRequest,
  commit: Commit,
  file: string,
  making: Making,
): Promise<MadeArtifact> {
  return useMirror(request, 'as it is', making, (mirror) =>
    inWorkshop(request, commit, mirror, async ({ git }) => {
      const facts = await treeFacts(git, request.subdirectory)
      const seen = nothingSeen()
      await rm(file, { force: true })
      const packed = await streamGit(git, archiveWords(commit, request.subdirectory), (bytes) =>
        pack(
          inspected(stripped(readTar(bytes), request.subdirectory), seen),
          { file, committedAt: commit.committedAt },
          making,
        ),
      )
      const shipped = (path: string) => seen.entries.has(path)
      refuseMissing(request.app, facts, seen, shipped)
      return {
        ...packed,
        composerLock: seen.composerLock,
        warnings: [...remarksOn(seen), ...remarksOnTree(facts, shipped, false)],
      }
    }),
  )
}

// Runs the build in a checkout of the whole commit and writes what it made, without what git archive would leave out.
export async function buildCommit(
  request: ArtifactRequest,
  commit: Commit,
  { file, log }: { file: string; log: string },
  making: Making,
): Promise<MadeArtifact> {
  const { workshop, facts, leaveOut } = await useMirror(request, 'as it is', making, async (mirror) => {
    if (request.subdirectory !== undefined)
      await checkSubdirectory(mirror, request.repo, commit.commit, request.subdirectory)
    const workshop = await makeWorkshop(request.state, mirror, commit.commit)
    try {
      const facts = await treeFacts(workshop.git, request.subdirectory)
      refuseMissing(request.app, facts, nothingSeen(), () => true)
      const archived = await streamGit(workshop.git, archiveWords(commit, request.subdirectory), (bytes) =>
        listed(stripped(readTar(bytes), request.subdirectory)),
      )
      refusePointers(request.app, archived.pointers)
      await checkOut(workshop)
      return {
        workshop,
        facts,
        leaveOut: new Set(facts.tracked.flatMap(withFolders).filter((path) => !archived.entries.has(path))),
      }
    } catch (error) {
      await workshop.remove()
      throw error
    }
  })
  try {
    const cwd = join(workshop.tree, request.subdirectory ?? '.')
    await runBuild({ app: request.app, commands: request.buildCommands, cwd, folder: workshop.folder, log }, making)
    const seen = nothingSeen()
    await rm(file, { force: true })
    const packed = await pack(inspected(walked(cwd, leaveOut), seen), { file, committedAt: commit.committedAt }, making)
    refusePointers(request.app, seen.pointers)
    return {
      ...packed,
      composerLock: seen.composerLock,
      warnings: [...remarksOn(seen), ...remarksOnTree(facts, (path) => seen.entries.has(path), true)],
    }
  } finally {
    await workshop.remove()
  }
}

async function inWorkshop<T>(
  request: ArtifactRequest,
  commit: Commit,
  mirror: Git,
  use: (workshop: { git: Git }) => Promise<T>,
): Promise<T> {
  if (request.subdirectory !== undefined)
    await checkSubdirectory(mirror, request.repo, commit.commit, request.subdirectory)
  const workshop = await makeWorkshop(request.state, mirror, commit.commit)
  try {
    return await use(workshop)
  } finally {
    await workshop.remove()
  }
}

// The commit rather than its subtree: only then do the attributes of the folders above count.
function archiveWords({ commit }: Commit, subdirectory: string | undefined): string[] {
  return ['archive', '--format=tar', commit, ...(subdirectory === undefined ? [] : ['--', subdirectory])]
}

async function* stripped(entries: AsyncIterable<TarEntry>, subdirectory: string | undefined): AsyncGenerator<TarEntry> {
  const prefix = subdirectory === undefined ? '' : `${Buffer.from(subdirectory, 'utf8').toString('latin1')}/`
  for await (const entry of entries)
    if (entry.name.startsWith(prefix)) yield { ...entry, name: entry.name.slice(prefix.length) }
}

function withFolders(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

// Reads everything and writes nothing.
async function listed(entries: AsyncIterable<TarEntry>): Promise<Seen> {
  const seen = nothingSeen()
  for await (const entry of inspected(entries, seen)) {
    if (entry.type !== 'file') continue
    for await (const part of entry.content) void part
  }
  return seen
}
