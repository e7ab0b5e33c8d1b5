import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from './database.ts'
import { migrate, refuseIfForeign } from './schema.ts'

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
