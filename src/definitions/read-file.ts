import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ofFile } from './place.ts'
import type { Finding } from './place.ts'

const MAX_BYTES = 1_000_000

// The text of a file (`file` is relative to `root`) of at most so many
// bytes; or what is wrong with the file itself. Links are followed.
export async function readText(root: string, file: string, most = MAX_BYTES): Promise<string | Finding> {
  let bytes: Buffer
  try {
    // a FIFO must not make us wait
    const handle = await open(join(root, file), constants.O_RDONLY | constants.O_NONBLOCK)
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
