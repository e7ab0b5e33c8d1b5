import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLockFolder } from '../../artifacts/folder-lock.ts'
import { FlightError } from '../../model/errors.ts'
import { writing } from '../../operations/files.ts'

// Where the deployment server keeps what it remembers, below the state folder.
export function servePlaces(state: string): { folder: string; store: string; key: string; audit: string } {
  const folder = join(state, 'serve')
  return { folder, store: join(folder, 'serve.sqlite'), key: join(folder, 'key'), audit: join(folder, 'audit.log') }
}

// One deployment server for one state folder: two would begin the same thing twice. Gives the way to let go.
export async function holdPlaces(state: string): Promise<() => void> {
  const { folder } = servePlaces(state)
  await writing(folder, () => mkdir(folder, { recursive: true, mode: 0o700 }))
  const lock = await tryLockFolder(folder)
  if (lock === undefined)
    throw new FlightError({
      code: 'FLIGHT_LOCKED',
      where: folder,
      what: 'another flight serve works with it',
      hint: 'stop that one first; systemctl status flight, for example, says whether it runs',
    })
  return () => lock.letGo()
}
