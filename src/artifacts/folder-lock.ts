import { constants } from 'node:fs'
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { onOneLine } from '../model/printable.ts'
import { flock } from './flock.ts'
import type { LockKind } from './flock.ts'

// A lock on a folder. `fd` may be given to children that must not outlive it.
export type FolderLock = { fd: number; toShared(): Promise<void>; letGo(): Promise<void> }

const HOLDER = 'holder'

// Locks a folder, which is made when it does not exist; waits for whoever holds it, and says so first.
export async function lockFolder(folder: string, kind: LockKind, signal: AbortSignal, waiting: (holder: string) => void): Promise<FolderLock> {
  for (;;) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const handle = await openFolder(folder)
    if (handle === undefined) continue
    const lock = await kept(handle, async () => {
      if (!(await flock(handle.fd, kind, false, signal))) {
        waiting(await holderOf(folder))
        await flock(handle.fd, kind, true, signal)
      }
      return isStill(handle, folder)
    })
    if (lock === undefined) continue
    if (kind === 'exclusive') await writeFile(join(folder, HOLDER), `process ${process.pid} since ${new Date().toISOString()}\n`, { mode: 0o600 })
    return lock
  }
}

// Locks a folder that nobody holds; undefined when somebody does, or when there is none.
export async function tryLockFolder(folder: string): Promise<FolderLock | undefined> {
  const handle = await openFolder(folder)
  if (handle === undefined) return undefined
  return kept(handle, async () => (await flock(handle.fd, 'exclusive', false, new AbortController().signal)) && (await isStill(handle, folder)))
}

async function kept(handle: FileHandle, take: () => Promise<boolean>): Promise<FolderLock | undefined> {
  let taken = false
  try {
    taken = await take()
  } finally {
    if (!taken) await handle.close()
  }
  if (!taken) return undefined
  return {
    fd: handle.fd,
    toShared: async () => {
      await flock(handle.fd, 'shared', true, new AbortController().signal)
    },
    letGo: () => handle.close(),
  }
}

async function openFolder(folder: string): Promise<FileHandle | undefined> {
  try {
    return await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

// Whoever held it before may have removed it: then the lock is on a folder that is no more.
async function isStill(handle: FileHandle, folder: string): Promise<boolean> {
  try {
    const [ours, there] = [await handle.stat(), await stat(folder)]
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
