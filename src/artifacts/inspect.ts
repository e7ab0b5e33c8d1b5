import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { BadTar, shownName, type TarEntry, wrongWithName } from './tar-entry.ts'

// What was seen while entries went by.
export type Seen = {
  entries: Map<string, TarEntry['type']>
  outward: string[]
  pointers: string[]
  composerLock: string | undefined
}

// Larger than any application, smaller than a disk.
const MOST_ENTRIES = 500_000
const MOST_BYTES = 16 * 1024 ** 3

// git-lfs keeps its pointers below this size.
const POINTER_BYTES = 1024
const POINTER = 'version https://git-lfs.github.com/spec/'

// Nothing seen yet.
export function nothingSeen(): Seen {
  return { entries: new Map(), outward: [], pointers: [], composerLock: undefined }
}

// Passes entries on and takes notes. An entry that would not land inside the folder it is unpacked into ends it.
export async function* inspected(entries: AsyncIterable<TarEntry>, seen: Seen): AsyncGenerator<TarEntry> {
  let bytes = 0
  let count = 0
  for await (const entry of entries) {
    refuseWrong(entry, seen)
    bytes += entry.type === 'file' ? entry.size : 0
    count += 1
    if (count > MOST_ENTRIES || bytes > MOST_BYTES)
      throw new BadTar(`holds more than ${MOST_ENTRIES} entries or ${MOST_BYTES / 1024 ** 3} GB`)
    if (entry.type === 'link' && leadsOut(entry.name, entry.target))
      seen.outward.push(`${shownName(entry.name)} -> ${shownName(entry.target)}`)
    yield entry.type === 'file' ? { ...entry, content: looked(entry.name, entry.size, entry.content, seen) } : entry
  }
}

function refuseWrong(entry: TarEntry, seen: Seen): void {
  const { name, type } = entry
  const wrong = wrongWithName(name)
  if (wrong !== undefined) throw new BadTar(`the name "${shownName(name.slice(0, 300))}" ${wrong}`)
  const before = seen.entries.get(name)
  if (before !== undefined && !(before === 'directory' && type === 'directory'))
    throw new BadTar(`"${shownName(name)}" is there twice`)
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
    const parent = name.slice(0, at)
    const kind = seen.entries.get(parent)
    if (kind === undefined) seen.entries.set(parent, 'directory')
    else if (kind !== 'directory')
      throw new BadTar(`"${shownName(name)}" goes through "${shownName(parent)}", which is no folder`)
  }
  if (type === 'same' && seen.entries.get(entry.target) !== 'file')
    throw new BadTar(`"${shownName(name)}" is a hard link to "${shownName(entry.target)}", which is no file before it`)
  if (type === 'link' && (entry.target === '' || entry.target.includes('\0') || entry.target.length > 4000))
    throw new BadTar(`"${shownName(name)}" is a link to nowhere`)
  seen.entries.set(name, type)
}

// By its text alone: what lies outside is not ours to follow.
function leadsOut(name: string, target: string): boolean {
  const end = posix.normalize(posix.join(posix.dirname(name), target))
  return target.startsWith('/') || end === '..' || end.startsWith('../')
}

async function* looked(name: string, size: number, content: AsyncIterable<Buffer>, seen: Seen): AsyncGenerator<Buffer> {
  const hash = name === 'composer.lock' ? createHash('sha256') : undefined
  let begin = ''
  for await (const part of content) {
    hash?.update(part)
    if (size < POINTER_BYTES && begin.length < POINTER.length) begin += part.toString('latin1', 0, POINTER.length)
    yield part
  }
  if (begin.startsWith(POINTER)) seen.pointers.push(name)
  if (hash !== undefined) seen.composerLock = hash.digest('hex')
}
