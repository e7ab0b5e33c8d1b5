import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { FlightError } from '../../model/errors.ts'

// What statfs(2) says of file systems that lie in memory: tmpfs, ramfs.
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6]

// A folder in memory that only its owner reads, and that is gone with everything in it once `forget` is called.
export async function privateMemory(
  environment: NodeJS.ProcessEnv,
): Promise<{ folder: string; forget(): Promise<void> }> {
  for (const candidate of [environment['XDG_RUNTIME_DIR'], '/dev/shm']) {
    if (candidate === undefined || candidate === '' || !(await isInMemory(candidate))) continue
    const folder = await mkdtemp(join(candidate, 'flight-'))
    return { folder, forget: () => rm(folder, { recursive: true, force: true }) }
  }
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    where: '',
    what: 'there is no folder in memory here (XDG_RUNTIME_DIR, /dev/shm) in which a secret could be edited',
    hint: 'flight env:pull, an editor and flight env:push do the same with a file of yours',
  })
}

async function isInMemory(folder: string): Promise<boolean> {
  return statfs(folder).then(
    ({ type }) => IN_MEMORY.includes(type),
    (error: NodeJS.ErrnoException) => {
      if (error.code === undefined) throw error
      return false
    },
  )
}
