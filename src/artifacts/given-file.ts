import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Making } from '../model/artifact.ts'
import { FlightError } from '../model/errors.ts'
import { isMissing } from './folder-lock.ts'
import { inspected } from './inspect.ts'
import type { Seen } from './inspect.ts'
import { pack, type Packed } from './pack.ts'
import { readTar } from './tar-read.ts'

const MOST_BYTES = 8 * 1024 ** 3

// The sha256 of an archive that was made elsewhere.
export async function digestOfGiven(file: string): Promise<string> {
  const stats = await stat(file).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (stats?.isFile() !== true) throw unfit(file, stats === undefined ? 'does not exist' : 'is no file')
  if (stats.size > MOST_BYTES) throw unfit(file, 'is larger than 8 GB')
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

// Checks an archive that was made elsewhere by writing it anew: servers unpack
// only what Flight wrote, so that no two programs can read it differently.
export async function takeGiven(
  given: { file: string; sha256: string },
  target: { file: string; committedAt: string },
  seen: Seen,
  making: Making,
): Promise<Packed> {
  const hash = createHash('sha256')
  const hashed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
  let packed: Packed | undefined
  try {
    await pipeline(
      createReadStream(given.file),
      hashed,
      createGunzip(),
      async (bytes: AsyncIterable<Buffer>) => {
        packed = await pack(inspected(readTar(bytes), seen), target, making)
      },
      { signal: making.signal },
    )
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error
    throw unfit(given.file, 'is no gzip file, or it is cut off')
  }
  if (packed === undefined || hash.digest('hex') !== given.sha256)
    throw unfit(given.file, 'was changed while it was read')
  return packed
}

function unfit(file: string, what: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_ARTIFACT',
    where: file,
    what,
    hint: 'make it with `tar -czf FILE -C FOLDER .`, the application at its top',
  })
}
