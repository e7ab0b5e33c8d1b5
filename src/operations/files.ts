import { realpath, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { replaceFile } from '../engine/apply/replace-file.ts'
import { FlightError } from '../model/errors.ts'

// Files of this machine that people name: read, looked at and written so that every refusal has words.

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'is a folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ELOOP: 'is a symbolic link',
}

// Does something with a file; what the system refuses is the user's to settle, not a bug of ours.
export function reading<T>(file: string, act: () => Promise<T>): Promise<T> {
  return explained(file, 'read', act)
}

export function writing<T>(file: string, act: () => Promise<T>): Promise<T> {
  return explained(file, 'written', act)
}

async function explained<T>(file: string, done: 'read' | 'written', act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? '']
    if (reason === undefined) throw error
    throw new FlightError({ code: 'FLIGHT_USAGE', where: file, what: `cannot be ${done}: ${reason}` })
  }
}

// Whether there is something of this name; what cannot be looked at is refused.
export async function isThere(file: string): Promise<boolean> {
  return (await reading(file, () => stat(file).catch(nothingThere))) !== undefined
}

// Absolute, the folder with its links followed, so that one file has one name.
export async function pathFromHere(file: string): Promise<string> {
  const absolute = resolve(file)
  return join(await reading(dirname(absolute), () => realpath(dirname(absolute))), basename(absolute))
}

// Writes a file that only its owner reads, whole or not at all.
export async function writePrivately(file: string, content: string | Uint8Array): Promise<void> {
  await writing(file, () => replaceFile(file, content, 0o600))
}

// Writes a file so that a reader sees the old content or the new one, never half of it. Only a plain file is ever
// replaced: what is a device or a pipe (/dev/null, /dev/stdout) is written into, and a link stays one.
export async function writeWhole(file: string, text: string): Promise<void> {
  await writing(file, async () => {
    const there = await stat(file).catch(nothingThere)
    if (there !== undefined && !there.isFile()) return writeFile(file, text)
    await replaceFile(there === undefined ? file : await realpath(file), text, 0o666)
  })
}

// For a look that may find nothing.
export function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
