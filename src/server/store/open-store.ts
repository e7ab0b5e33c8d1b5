import { chmod, mkdir, open, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '../../model/store.ts'
import { type Database, openDatabase } from './database.ts'
import { storeFailure, understood } from './failures.ts'
import { migrate, refuseIfForeign } from './schema.ts'
import { storeOn } from './sqlite-store.ts'

// Opens what the deployment server remembers: a SQLite file, made for its owner alone where it is missing. ':memory:'
// is for tests. Another process may have it open too.
export async function openStore(file: string): Promise<Store> {
  try {
    if (file !== ':memory:') await preparePlace(file)
    const database = await openDatabase(file)
    await setUp(database, file)
    return storeOn(database, file)
  } catch (error) {
    throw understood(file, error)
  }
}

// Makes an open database one of Flight: durable, shared with other processes, with its tables.
export async function setUp(database: Database, file: string): Promise<void> {
  refuseIfForeign(database, file)
  await useWal(database)
  // FULL: every commit is on the disk before it is answered, not only safe from a crash of this process.
  for (const pragma of ['synchronous = FULL', 'foreign_keys = ON', 'journal_size_limit = 67108864'])
    database.run(`PRAGMA ${pragma}`)
  migrate(database, file)
}

// SQLite does not wait by itself while two processes do this to a new file at once.
async function useWal(database: Database): Promise<void> {
  for (let left = 50; ; left -= 1) {
    try {
      database.run('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (left === 0 || !(error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY')) throw error
      await pause(100)
    }
  }
}

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
