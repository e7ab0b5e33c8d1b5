import type { Database } from './database.ts'
import { storeFailure } from './failures.ts'

// Marks the file as Flight's: 'FLGT'.
const APPLICATION = 0x464c4754

const UNFINISHED = `state IN ('waiting', 'running')`

// Forward only: what has been released is never changed, another step is added.
const STEPS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE request (
      id INTEGER PRIMARY KEY,
      app TEXT NOT NULL,
      does TEXT NOT NULL CHECK (does IN ('release', 'rollback')),
      commit_id TEXT, ref TEXT, older INTEGER CHECK (older IN (0, 1)),
      leaving INTEGER, going_to TEXT,
      key TEXT,
      by TEXT NOT NULL,
      asked TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'succeeded', 'failed', 'went_back', 'refused', ` +
      `'superseded', 'cancelled')),
      not_before TEXT, attempts INTEGER NOT NULL, cancelled TEXT, began TEXT, ended TEXT, release TEXT, end TEXT, ` +
      `superseded_by INTEGER,
      events INTEGER NOT NULL, -- how many were told
      remembers INTEGER NOT NULL CHECK (remembers IN (0, 1)), -- whether any of them is still there
      CHECK (CASE does WHEN 'release' THEN commit_id IS NOT NULL AND older IS NOT NULL ELSE leaving IS NOT NULL END)
    ) STRICT`,
    `CREATE UNIQUE INDEX request_key ON request (app, key) WHERE key IS NOT NULL`,
    `CREATE UNIQUE INDEX request_wish ON request (app, does, ifnull(commit_id, ''), ifnull(older, 0), ` +
      `ifnull(leaving, 0), ifnull(going_to, '')) WHERE key IS NULL AND cancelled IS NULL AND ${UNFINISHED}`,
    `CREATE INDEX request_unfinished ON request (app, commit_id, leaving) WHERE ${UNFINISHED}`,
    `CREATE INDEX request_of_app ON request (app)`,
    `CREATE INDEX request_counts ON request (app, does, state)`,
    `CREATE INDEX request_waiting ON request (app) WHERE state = 'waiting'`,
    `CREATE INDEX request_running ON request (id) WHERE state = 'running'`,
    `CREATE INDEX request_remembers ON request (app) WHERE remembers = 1`,
    `CREATE TABLE event (request INTEGER NOT NULL REFERENCES request, n INTEGER NOT NULL, at TEXT NOT NULL, told ` +
      `TEXT NOT NULL, PRIMARY KEY (request, n)) STRICT`,
    `CREATE TABLE token (
      id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, purpose TEXT NOT NULL CHECK (purpose IN ('release', 'ping', ` +
      `'read', 'webhook')),
      app TEXT, hash TEXT NOT NULL, created TEXT NOT NULL, expires TEXT, revoked TEXT
    ) STRICT`,
    `CREATE TABLE kept (name TEXT NOT NULL PRIMARY KEY, at TEXT NOT NULL, document TEXT NOT NULL) STRICT`,
    // AUTOINCREMENT: the number of one that was sent is never that of another.
    `CREATE TABLE notice (
      id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, at TEXT NOT NULL, due TEXT, body TEXT NOT NULL, ` +
      `tries INTEGER NOT NULL, error TEXT
    ) STRICT`, // due NULL: given up
    `CREATE INDEX notice_due ON notice (due)`,
    `CREATE TABLE ping (id INTEGER PRIMARY KEY CHECK (id = 1), times INTEGER NOT NULL) STRICT`,
    `INSERT INTO ping VALUES (1, 0)`,
  ],
]

// Brings the tables to what this Flight knows; refuses another program's
// database and one of a newer Flight, before anything is written.
export function migrate(database: Database, file: string): void {
  refuseIfForeign(database, file)
  database.run('BEGIN IMMEDIATE')
  try {
    // Once more: another process may have been here meanwhile.
    const version = refuseIfForeign(database, file)
    for (const statement of STEPS.slice(version).flat()) database.run(statement)
    database.run(`PRAGMA application_id = ${APPLICATION}`)
    database.run(`PRAGMA user_version = ${STEPS.length}`)
    database.run('COMMIT')
  } catch (error) {
    if (database.isInTransaction()) database.run('ROLLBACK')
    throw error
  }
}

// Answers with the version that is there: 0 when the file is empty.
export function refuseIfForeign(database: Database, file: string): number {
  const number = (pragma: string) => Number(Object.values(database.run(`PRAGMA ${pragma}`)[0] ?? {})[0])
  const version = number('user_version')
  const isEmpty =
    version === 0 && Number(database.run('SELECT count(*) AS tables FROM sqlite_master')[0]?.['tables']) === 0
  if (!isEmpty && number('application_id') !== APPLICATION)
    throw storeFailure(file, 'is the database of another program', 'Name another file.')
  if (version > STEPS.length)
    throw storeFailure(
      file,
      `was written by a newer Flight (its tables are version ${version}, this one knows ${STEPS.length})`,
      'Use that Flight again, or a newer one.',
    )
  return version
}
