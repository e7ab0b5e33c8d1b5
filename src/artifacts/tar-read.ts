import { BadTar } from './bad-tar.ts'
import { ByteReader } from './byte-reader.ts'
import { sumIsRight, textOf, numberOf, paxOf } from './tar-fields.ts'
import type { TarEntry } from './tar-entry.ts'

const BLOCK = 512
const ZEROS = Buffer.alloc(BLOCK)
const MOST_EXTRA = 1024 * 1024

type Extra = { path?: string; linkpath?: string; size?: number }

// The entries of an archive: ustar, pax and GNU's format.
// Owners, times and modes beyond "executable" are not looked at.
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const reader = new ByteReader(source)
  let extra: Extra = {}
  for (;;) {
    const block = await reader.take(BLOCK)
    if (block === undefined) throw new BadTar('the archive is cut off')
    if (block.equals(ZEROS)) break
    if (!sumIsRight(block)) throw new BadTar('a header has a wrong sum: the archive is damaged, or none')
    const size = extra.size ?? numberOf(block.subarray(124, 136))
    if (!Number.isSafeInteger(size)) throw new BadTar('a header has a size that is none')
    const type = String.fromCharCode(block[156] ?? 0)
    if ('xgLK'.includes(type)) {
      if (size > MOST_EXTRA) throw new BadTar('a header is longer than 1 MB')
      extra = withExtra(extra, type, await content(reader, size))
      continue
    }
    const name = plain(extra.path ?? nameOf(block))
    const target = extra.linkpath ?? textOf(block.subarray(157, 257))
    extra = {}
    if (type === '0' || type === '\0' || type === '7') {
      let left = size
      const parts = (async function* () {
        for await (const part of reader.stream(size)) {
          left -= part.length
          yield part
        }
      })()
      yield { type: 'file', name, executable: (numberOf(block.subarray(100, 108)) & 0o100) !== 0, size, content: parts }
      for await (const rest of reader.stream(left)) left -= rest.length
      await reader.take((BLOCK - (size % BLOCK)) % BLOCK)
      continue
    }
    if (size !== 0)
      throw new BadTar(`${JSON.stringify(name)} has content that its type (${JSON.stringify(type)}) cannot have`)
    if (type === '5') {
      if (name !== '') yield { type: 'directory', name }
    } else if (type === '2') yield { type: 'link', name, target }
    else if (type === '1') yield { type: 'same', name, target: plain(target) }
    else
      throw new BadTar(
        `${JSON.stringify(name)} is ` +
          ({ '3': 'a device', '4': 'a device', '6': 'a pipe', S: 'a sparse file' }[type] ??
            `of the unknown type ${JSON.stringify(type)}`),
      )
  }
  await reader.drain(64 * 1024 * 1024)
}

async function content(reader: ByteReader, size: number): Promise<Buffer> {
  const bytes = await reader.take(size)
  await reader.take((BLOCK - (size % BLOCK)) % BLOCK)
  if (bytes === undefined) throw new BadTar('the archive is cut off')
  return bytes
}

// A global header (git writes the commit there) says nothing about names.
function withExtra(extra: Extra, type: string, bytes: Buffer): Extra {
  if (type === 'g') return extra
  if (type === 'L') return { ...extra, path: textOf(bytes) }
  if (type === 'K') return { ...extra, linkpath: textOf(bytes) }
  const said = paxOf(bytes)
  if (said === undefined || [...said.keys()].some((key) => key.startsWith('GNU.sparse')))
    throw new BadTar('a pax header cannot be read, or speaks of sparse files')
  const [path, linkpath, size] = ['path', 'linkpath', 'size'].map((key) => said.get(key))
  if (size !== undefined && !/^\d{1,15}$/.test(size)) throw new BadTar('a pax header has a size that is none')
  return {
    ...extra,
    ...(path === undefined ? {} : { path }),
    ...(linkpath === undefined ? {} : { linkpath }),
    ...(size === undefined ? {} : { size: Number(size) }),
  }
}

function nameOf(block: Buffer): string {
  const name = textOf(block.subarray(0, 100))
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? textOf(block.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

// As tar writes a folder's own content: ./a/b/ is a/b, ./ is the folder itself.
function plain(name: string): string {
  return name
    .replace(/^(?:\.\/+)+/, '')
    .replace(/^\.$/, '')
    .replace(/\/+$/, '')
}
