import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onOneLine } from '../model/printable.ts'
import { flock } from './flock.ts'
import type { LockKind } from './flock.ts'

// A lock on a folder. `fd` may be given to children that must not outlive it.
export type FolderLock = { fd: number; toShared(): Promise<void>; letGo(): void }

const HOLDER = 'holder'

// Locks a folder, which is made when it does not exist; waits for whoever holds it, and says so first.
export async function lockFolder(
  folder: string,
  kind: LockKind,
  signal: AbortSignal,
  waiting: (holder: string) => void,
): Promise<FolderLock> {
  for (;;) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const fd = openFolder(folder)
    if (fd === undefined) continue
    const lock = await kept(fd, async () => {
      if (!(await flock(fd, kind, false, signal))) {
        waiting(await holderOf(folder))
        await flock(fd, kind, true, signal)
      }
      return isStill(fd, folder)
    })
    if (lock === undefined) continue
    if (kind === 'exclusive')
      await writeFile(join(folder, HOLDER), `process ${process.pid} since ${new Date().toISOString()}\n`, {
        mode: 0o600,
      })
    return lock
  }
}

// Locks a folder that nobody holds; undefined when somebody does, or when there is none.
export async function tryLockFolder(folder: string): Promise<FolderLock | undefined> {
  const fd = openFolder(folder)
  if (fd === undefined) return undefined
  return kept(
    fd,
    async () => (await flock(fd, 'exclusive', false, new AbortController().signal)) && (await isStill(fd, folder)),
  )
}

async function kept(fd: number, take: () => Promise<boolean>): Promise<FolderLock | undefined> {
  let taken = false
  try {
    taken = await take()
  } finally {
    if (!taken) closeSync(fd)
  }
  if (!taken) return undefined
  let open = true
  return {
    fd,
    toShared: async () => {
      await flock(fd, 'shared', true, new AbortController().signal)
    },
    letGo: () => {
      if (open) closeSync(fd)
      open = false
    },
  }
}

// A plain number: a FileHandle that its holder has forgotten
// would be closed, and the lock freed, by the garbage collector.
function openFolder(folder: string): number | undefined {
  try {
    return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

// Whoever held it before may have removed it: then the lock is on a folder that is no more.
async function isStill(fd: number, folder: string): Promise<boolean> {
  try {
    const [ours, there] = [fstatSync(fd), await stat(folder)]
    return ours.ino === there.ino && ours.dev === there.dev
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function holderOf(folder: string): Promise<string> {
  try {
    return onOneLine(await readFile(join(folder, HOLDER), 'utf8')) || 'another process'
  } catch (error) {
    if (isMissing(error)) return 'another process'
    throw error
  }
}

// Whether an error says that a path does not exist.
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
