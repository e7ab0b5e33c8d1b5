import type Libsql from 'libsql'

export type Row = Readonly<Record<string, unknown>>
// No boolean: libsql ends the whole process at one.
export type Value = string | number | null
export type Query = (...values: readonly Value[]) => Row[]

// An open database: the few things of libsql that work as they say.
export type Database = {
  prepare(sql: string): Query
  run(sql: string): Row[]
  isInTransaction(): boolean
  close(): void
}

// Milliseconds in which another process may finish its transaction.
const PATIENCE = 5_000

// Loads libsql only here, so that no other command does.
export async function openDatabase(file: string): Promise<Database> {
  const { default: Connection } = await import('libsql')
  const connection: Libsql.Database = new Connection(file, { timeout: PATIENCE })
  return {
    prepare: (sql) => prepared(connection, sql),
    run: (sql) => prepared(connection, sql)(),
    isInTransaction: () => connection.inTransaction,
    close: () => connection.close(),
  }
}

// Always `all`: libsql's `get` leaves the statement in the middle, and after one failure repeats that failure for ever.
function prepared(connection: Libsql.Database, sql: string): Query {
  const statement = connection.prepare(sql)
  return (...values) => {
    // It would be read back only up to there.
    if (values.some((value) => typeof value === 'string' && value.includes('\0')))
      throw new Error('a NUL character cannot be stored')
    return statement.all(...values) as Row[]
  }
}
