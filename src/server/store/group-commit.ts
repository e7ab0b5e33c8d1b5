import type { Database } from './database.ts'

type Job = { work: () => unknown; resolve: (value: unknown) => void; reject: (error: unknown) => void }

// Writes, several in one transaction. `idle` resolves when none is under way.
export type Writer = { write<T>(work: () => T): Promise<T>; idle(): Promise<void> }

// So long only that nobody else waits for the event loop.
const MOST_AT_ONCE = 256

// What is asked for in one turn of the event loop is written in one transaction: one fsync for all of it. Each has its
// own result; when the transaction itself fails, all of it has failed. A promise resolves after the commit.
export function groupingWriter(database: Database): Writer {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  const savepoint = database.prepare('SAVEPOINT job')
  const release = database.prepare('RELEASE job')
  const rollbackJob = database.prepare('ROLLBACK TO job')
  const waiting: Job[] = []
  const idlers: (() => void)[] = []

  // Gives what is to be told once it is durable.
  const perform = ({ work, resolve, reject }: Job): (() => void) => {
    savepoint()
    try {
      const value = work()
      release()
      return () => resolve(value)
    } catch (error) {
      // SQLite has ended the transaction (the disk is full): going on would write each statement by itself.
      if (!database.isInTransaction()) throw error
      rollbackJob()
      release()
      return () => reject(error)
    }
  }

  const together = (jobs: readonly Job[]): (() => void)[] => {
    begin()
    try {
      const outcomes = jobs.map(perform)
      commit()
      return outcomes
    } catch (error) {
      if (database.isInTransaction()) rollback()
      throw error
    }
  }

  const flush = () => {
    const jobs = waiting.splice(0, MOST_AT_ONCE)
    try {
      for (const tell of together(jobs)) tell()
    } catch (error) {
      for (const { reject } of jobs) reject(error)
    }
    if (waiting.length > 0) setImmediate(flush)
    else for (const tell of idlers.splice(0)) tell()
  }

  return {
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
        if (waiting.length === 1) setImmediate(flush)
      }),
    idle: () => (waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  }
}
