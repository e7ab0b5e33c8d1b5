import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { shownName } from './tar-entry.ts'
import type { TarEntry } from './tar-entry.ts'
import { BadTar } from './bad-tar.ts'

// What lies in a folder, in the order of its bytes, without .git and without the names in `leaveOut`; what was
// made in a folder that is left out is not left out with it.
export async function* walked(folder: string, leaveOut: ReadonlySet<string>, below = ''): AsyncGenerator<TarEntry> {
  const names = (await readdir(at(folder, below), { encoding: 'buffer' })).map((name) => name.toString('latin1'))
  for (const part of names.sort()) {
    const name = below === '' ? part : `${below}/${part}`
    if (part === '.git') continue
    const path = at(folder, name)
    const stats = await lstat(path)
    if (stats.isDirectory()) {
      if (!leaveOut.has(name)) yield { type: 'directory', name }
      yield* walked(folder, leaveOut, name)
    } else if (leaveOut.has(name)) continue
    else if (stats.isSymbolicLink())
      yield { type: 'link', name, target: (await readlink(path, { encoding: 'buffer' })).toString('latin1') }
    else if (stats.isFile())
      yield {
        type: 'file',
        name,
        executable: (stats.mode & 0o100) !== 0,
        size: stats.size,
        content: read(path, stats.size),
      }
    else throw new BadTar(`"${shownName(name)}" is a socket, a pipe or a device`)
  }
}

// Paths are bytes: a name need not be UTF-8.
function at(folder: string, name: string): Buffer {
  return name === '' ? Buffer.from(folder) : Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])
}

async function* read(path: Buffer, size: number): AsyncGenerator<Buffer> {
  if (size > 0) yield* createReadStream(path, { highWaterMark: 256 * 1024, end: size - 1 }) as AsyncIterable<Buffer>
}
