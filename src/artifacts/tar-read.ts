import { BadTar, type TarEntry } from './tar-entry.ts'

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

// Reads a stream of bytes in pieces of a wanted length.
class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  // Exactly `length` bytes; undefined when the stream has ended. An end in between is an error.
  async take(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = []
    let missing = length
    for await (const part of this.stream(length, true)) {
      parts.push(part)
      missing -= part.length
    }
    if (missing === length && length > 0) return undefined
    if (missing > 0) throw new BadTar('the archive is cut off')
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  }

  // The next `length` bytes as they come.
  async *stream(length: number, mayEnd = false): AsyncGenerator<Buffer> {
    let missing = length
    while (missing > 0) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#source.next()
        if (done === true) {
          if (mayEnd) return
          throw new BadTar('the archive is cut off')
        }
        this.#rest = value
        continue
      }
      const part = this.#rest.subarray(0, missing)
      this.#rest = this.#rest.subarray(part.length)
      missing -= part.length
      yield part
    }
  }

  // Reads to the end of the stream; at most `most` bytes.
  async drain(most: number): Promise<void> {
    let size = 0
    for await (const part of this.stream(most + 1, true)) size += part.length
    if (size > most) throw new BadTar('too much follows the end of the archive')
  }
}

// The text of a field, as latin1, up to the first NUL.
function textOf(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end < 0 ? field.length : end)
}

// The number of a field: octal digits, or GNU's binary form. NaN when it is neither.
function numberOf(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    const value = field.readBigUInt64BE(field.length - 8)
    return value > BigInt(Number.MAX_SAFE_INTEGER) || field[0] !== 0x80 ? Number.NaN : Number(value)
  }
  const digits = textOf(field).trim()
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
}

// Whether a header has the sum that it states.
function sumIsRight(block: Buffer): boolean {
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  return numberOf(block.subarray(148, 156)) === sum
}

// The records of a pax header, as latin1; undefined when they cannot be read.
function paxOf(bytes: Buffer): Map<string, string> | undefined {
  const records = new Map<string, string>()
  const text = bytes.toString('latin1')
  for (let at = 0; at < text.length;) {
    const [head = '', length = ''] = /^(\d{1,7}) /.exec(text.slice(at, at + 8)) ?? []
    const record = text.slice(at + head.length, at + Number(length))
    const equals = record.indexOf('=')
    if (head === '' || at + Number(length) > text.length || equals < 1 || !record.endsWith('\n')) return undefined
    records.set(record.slice(0, equals), record.slice(equals + 1, -1))
    at += Number(length)
  }
  return records
}
