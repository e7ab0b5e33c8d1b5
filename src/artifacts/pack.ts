import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { TarEntry } from './tar-entry.ts'
import { tarBytes } from './tar-write.ts'

// A file that was written, by its content.
export type Packed = { size: number; sha256: string }

// Writes entries as a new tar.gz without a name or time in its header, on disk when this returns.
export async function pack(
  entries: AsyncIterable<TarEntry>,
  file: string,
  committedAt: string,
  signal: AbortSignal,
  packing: (bytes: number) => void,
): Promise<Packed> {
  const hash = createHash('sha256')
  let size = 0
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
      packing(size)
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
