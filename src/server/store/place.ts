import { chmod, mkdir, open, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { storeFailure } from './failures.ts'

// Makes the file and its folders where they are missing, for
// their owner alone. A folder that is there is left as it is.
export async function preparePlace(file: string): Promise<void> {
  const folder = dirname(resolve(file))
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first !== undefined)
    for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
  // Never opened when it is there: closing it would drop the locks that SQLite holds on it in this process.
  const created = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined
    throw error
  })
  await created?.close()
  if (!(await stat(file)).isFile()) throw storeFailure(file, 'is no file', 'Name a file; it is made where none is.')
  await chmod(file, 0o600)
  await syncFolder(folder)
}

// A name is in a folder for certain only once the folder itself is written.
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
