import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Making } from '../model/artifact.ts'
import type { TarEntry } from './tar-entry.ts'

// A file that was written, by its content.
export type Packed = { size: number; sha256: string }

// Writes entries as a new tar.gz without a name or time in its header, on disk when this returns.
export async function pack(
  entries: AsyncIterable<TarEntry>,
  { file, committedAt }: { file: string; committedAt: string },
  { signal, tell }: Making,
): Promise<Packed> {
  const hash = createHash('sha256')
  let size = 0
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
      tell({ kind: 'packing', bytes: size })
      yield chunk
    }
  }
  const seconds = Math.max(0, Math.floor(Date.parse(committedAt) / 1000))
  await pipeline(
    Readable.from(tarBytes(entries, seconds), { highWaterMark: 2 }),
    createGzip({ chunkSize: 256 * 1024 }),
    counted,
    createWriteStream(file, { flags: 'wx', mode: 0o600 }),
    { signal },
  )
  const handle = await open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { size, sha256: hash.digest('hex') }
}

const BLOCK = 512
const CHUNK = 256 * 1024
const MOST_OCTAL = 0o77777777777

// The bytes of an archive: GNU's format (names are bytes, of any
// length), owner 0, one time for all. The same entries, the same bytes.
async function* tarBytes(entries: AsyncIterable<TarEntry>, seconds: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let size = 0
  for await (const bytes of blocks(entries, seconds)) {
    parts.push(bytes)
    size += bytes.length
    if (size < CHUNK) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  yield Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

async function* blocks(entries: AsyncIterable<TarEntry>, seconds: number): AsyncGenerator<Buffer> {
  for await (const entry of entries) {
    const name = entry.type === 'directory' ? `${entry.name}/` : entry.name
    const target = entry.type === 'link' || entry.type === 'same' ? entry.target : ''
    if (target.length > 100) yield* longText('K', target, seconds)
    if (name.length > 100) yield* longText('L', name, seconds)
    if (entry.type !== 'file') {
      const type = { directory: '5', link: '2', same: '1' }[entry.type]
      yield header({
        name,
        target,
        type,
        mode: entry.type === 'directory' ? 0o755 : entry.type === 'link' ? 0o777 : 0o644,
        size: 0,
        seconds,
      })
      continue
    }
    yield header({ name, target, type: '0', mode: entry.executable ? 0o755 : 0o644, size: entry.size, seconds })
    let written = 0
    for await (const chunk of entry.content) {
      written += chunk.length
      yield chunk
    }
    if (written !== entry.size)
      throw new Error(`${entry.name} has ${written} bytes instead of ${entry.size}: it changed while it was read`)
    if (written % BLOCK !== 0) yield Buffer.alloc(BLOCK - (written % BLOCK))
  }
}

function* longText(type: 'K' | 'L', text: string, seconds: number): Generator<Buffer> {
  const bytes = Buffer.from(`${text}\0`, 'latin1')
  yield header({ name: '././@LongLink', target: '', type, mode: 0o644, size: bytes.length, seconds })
  yield Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
}

type Header = { name: string; target: string; type: string; mode: number; size: number; seconds: number }

function header({ name, target, type, mode, size, seconds }: Header): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name.slice(0, 100), 0, 'latin1')
  block.write(octal(mode, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  writeSize(block, size)
  block.write(octal(seconds, 11), 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(target.slice(0, 100), 157, 'latin1')
  block.write('ustar  \0', 257)
  block.write('root', 265)
  block.write('root', 297)
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
    148,
  )
  return block
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

// Beyond 8 GB the size is binary, as GNU tar writes it.
function writeSize(block: Buffer, size: number): void {
  if (size <= MOST_OCTAL) block.write(octal(size, 11), 124)
  else {
    block.writeUInt8(0x80, 124)
    block.writeBigUInt64BE(BigInt(size), 128)
  }
}
