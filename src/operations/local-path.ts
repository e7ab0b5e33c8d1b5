import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { reading } from './files.ts'

// Absolute, the folder with its links followed, so that one file has one name.
export async function localPath(file: string): Promise<string> {
  const absolute = resolve(file)
  return join(await reading(dirname(absolute), () => realpath(dirname(absolute))), basename(absolute))
}
