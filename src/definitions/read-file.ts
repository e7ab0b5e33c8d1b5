import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { ofFile } from './place.ts'
import type { Finding } from './place.ts'

const MAX_BYTES = 1_000_000

// Where a file of the definitions really lies, or why it is none of them: a link that leads out of the folder, or to
// what is hidden in it, would show any file of the controller in messages and plans.
export async function placeWithin(root: string, file: string): Promise<{ path: string } | { wrong: string }> {
  const path = await realpath(join(root, file))
  const within = relative(await realpath(root), path).split(sep)
  if (within[0] === '..') return { wrong: 'links out of the definitions' }
  const hidden = within.find((part) => part.startsWith('.'))
  return hidden === undefined ? { path } : { wrong: `lies in ${hidden}, where definitions are not read` }
}

// The text of a file (`file` is relative to `root`) of at most so many
// bytes; or what is wrong with the file itself. Links within the folder are followed.
export async function readText(root: string, file: string, most = MAX_BYTES): Promise<string | Finding> {
  let bytes: Buffer
  try {
    const place = await placeWithin(root, file)
    if ('wrong' in place) return fault(file, place.wrong, 'copy the file here instead of linking to it')
    // a FIFO must not make us wait
    const handle = await open(place.path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    try {
      const stat = await handle.stat()
      if (!stat.isFile())
        return fault(file, `must be a file, is ${stat.isDirectory() ? 'a directory' : 'something else'}`)
      if (stat.size > most) return fault(file, `must be at most ${most} bytes long, is ${stat.size}`)
      bytes = await handle.readFile()
    } finally {
      await handle.close()
    }
  } catch (error) {
    return fault(file, `cannot be read: ${reasonOf(error)}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    const valid = Buffer.from(bytes.toString('utf8').split('\ufffd')[0] ?? '')
    const line = valid.toString('utf8').split('\n').length
    return fault(file, `must be UTF-8 text, is not in line ${line}`, 'save it as UTF-8')
  }
}

function fault(file: string, what: string, hint?: string): Finding {
  return { code: 'FLIGHT_YAML', place: ofFile(file), path: [], what, ...(hint === undefined ? {} : { hint }) }
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'it links to a file that is not there'
  if (code === 'ELOOP') return 'its links go in circles'
  if (code === 'EACCES') return 'no permission'
  if (code === 'EISDIR') return 'it is a directory'
  return code ?? String(error)
}
