import { randomBytes } from 'node:crypto'
import { link, mkdir, open, stat, readFile, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FlightError } from '../../model/errors.ts'

const BYTES = 32

// The key of this deployment server, made where there is none yet. Every webhook's secret hangs on it.
export async function readServerKey(file: string): Promise<Buffer> {
  const there = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(file, (error as Error).message)
  })
  if (there === undefined) await makeKey(file)
  else if ((there.mode & 0o077) !== 0)
    throw unreadable(
      file,
      `can be read by others (mode ${(there.mode & 0o777).toString(8)})`,
      `chmod 600 ${file}, and think of what others may have read`,
    )
  const key = await readFile(file).catch((error: unknown) => {
    throw unreadable(file, (error as Error).message)
  })
  if (key.length !== BYTES)
    throw unreadable(
      file,
      `holds ${key.length} bytes, a key has ${BYTES}`,
      'put it back from a backup; without it every webhook needs a new secret',
    )
  return key
}

// Whole or not at all, and never over one that somebody else made meanwhile.
async function makeKey(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(randomBytes(BYTES))
    await handle.sync()
    await link(draft, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
  } finally {
    await handle.close()
    await unlink(draft)
  }
}

function unreadable(file: string, what: string, hint?: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_USAGE',
    where: file,
    what: `the server's key ${what}`,
    ...(hint === undefined ? {} : { hint }),
  })
}
