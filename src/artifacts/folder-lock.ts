import { spawn } from 'node:child_process'
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onOneLine } from '../model/printable.ts'

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

// A lock of the kernel on an open file: it belongs to the descriptor, which flock(1) gets from us and keeps nothing of.
// Whatever ends the processes that have it (us, and the git that we start with it) frees the lock.
const DESCRIPTOR = 3
const BY_PERL = 'open(my $f, "<&=", 3) or exit 70; exit(flock($f, $ARGV[0]) ? 0 : 1)'
const NUMBER = { shared: 1, exclusive: 2 } as const
const DO_NOT_WAIT = 4

type LockKind = keyof typeof NUMBER

// Takes the lock, or says false when somebody holds it and `wait`
// is off. Where there is no flock(1) (macOS), perl asks the kernel.
async function flock(fd: number, kind: LockKind, wait: boolean, signal: AbortSignal): Promise<boolean> {
  const words = [kind === 'shared' ? '-s' : '-x', ...(wait ? [] : ['-n']), String(DESCRIPTOR)]
  const code =
    (await ask('flock', words, fd, signal)) ??
    (await ask('perl', ['-e', BY_PERL, String(NUMBER[kind] + (wait ? 0 : DO_NOT_WAIT))], fd, signal))
  if (code === 0) return true
  if (code === 1 && !wait) return false
  throw signal.aborted
    ? new DOMException('aborted while waiting for a lock', 'AbortError')
    : new Error(`neither flock nor perl could lock (${code ?? 'not installed'})`)
}

function ask(program: string, words: readonly string[], fd: number, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'ignore', fd], signal, killSignal: 'SIGKILL' })
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)))
    child.on('close', (code) => resolve(code ?? 70))
  })
}
