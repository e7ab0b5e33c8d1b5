import { realpath, stat, writeFile } from 'node:fs/promises'
import { replaceFile } from '../engine/apply/replace-file.ts'
import { writing } from './files.ts'

// Writes a file so that a reader sees the old content or the new one, never half of it. Only a plain file is ever
// replaced: what is a device or a pipe (/dev/null, /dev/stdout) is written into, and a link stays one.
export async function writeWhole(file: string, text: string): Promise<void> {
  await writing(file, async () => {
    const there = await stat(file).catch(nothingThere)
    if (there !== undefined && !there.isFile()) return writeFile(file, text)
    await replaceFile(there === undefined ? file : await realpath(file), text, 0o666)
  })
}

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
