import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isMissing, tryLockFolder } from './folder-lock.ts'

// What is known of an artifact that lies in the cache.
export type Kept = { size: number; sha256: string; composerLock: string | null; warnings: readonly string[] }

const RECORD = 'artifact.json'

// Raised when the same commit would become other bytes.
const FORMAT = 1

// Where the artifacts of an app lie.
export function artifactsOf(state: string, app: string): string {
  return join(state, 'artifacts', app)
}

// The name of what is made from these parts.
export function keyOf(...parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, ...parts]))
    .digest('hex')
    .slice(0, 40)
}

// The archive inside the folder of an artifact.
export function archiveIn(folder: string): string {
  return join(folder, 'artifact.tar.gz')
}

// What a folder says it holds; undefined when it holds nothing that was finished.
export async function recordOf(folder: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, RECORD), 'utf8')) as Kept
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined
    throw error
  }
}

// The artifact of a folder, when its bytes are those that were written.
export async function findKept(folder: string): Promise<Kept | undefined> {
  try {
    const kept = await recordOf(folder)
    const hash = createHash('sha256')
    await pipeline(createReadStream(archiveIn(folder)), hash)
    if (kept !== undefined && hash.digest('hex') === kept.sha256) {
      await utimes(join(folder, RECORD), new Date(), new Date())
      return kept
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  return undefined
}

// Removes what is not whole from the folder of an artifact.
export async function removeUnfinished(folder: string): Promise<void> {
  await rm(join(folder, RECORD), { force: true })
  await rm(archiveIn(folder), { force: true })
}

// Puts a written archive in its place, then says what it is: one without the other counts for nothing.
export async function keep(folder: string, part: string, kept: Kept): Promise<void> {
  await rename(part, archiveIn(folder))
  await writeFile(join(folder, `${RECORD}.part`), `${JSON.stringify(kept)}\n`, { mode: 0o600 })
  await rename(join(folder, `${RECORD}.part`), join(folder, RECORD))
}

// Removes all but the newest artifacts, and all but the newest failures, of an app; never what a process is using.
export async function prune(state: string, app: string, most: number): Promise<void> {
  const home = artifactsOf(state, app)
  const found = await Promise.all(
    (await readdir(home)).map(async (name) => ({
      folder: join(home, name),
      good: await timeOf(join(home, name, RECORD)),
      any: await timeOf(join(home, name)),
    })),
  )
  const good = found.filter((entry) => entry.good !== undefined).sort((a, b) => (b.good ?? 0) - (a.good ?? 0))
  const failed = found.filter((entry) => entry.good === undefined).sort((a, b) => (b.any ?? 0) - (a.any ?? 0))
  for (const { folder } of [...good.slice(most), ...failed.slice(most)]) {
    const lock = await tryLockFolder(folder)
    if (lock === undefined) continue
    await rm(folder, { recursive: true, force: true })
    lock.letGo()
  }
}

async function timeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
