import { setTimeout as pause } from 'node:timers/promises'
import type { Store } from '../model/store.ts'
import { type Database, openDatabase } from './database.ts'
import { eventTable } from './events.ts'
import { storeFailure, understood } from './failures.ts'
import { groupingWriter } from './group-commit.ts'
import { noticeTable } from './notices.ts'
import { preparePlace } from './place.ts'
import { requestTable } from './requests.ts'
import { Damage, json, text, toJson } from './rows.ts'
import { migrate, refuseIfForeign } from './schema.ts'
import { tokenTable } from './tokens.ts'

// Opens what the deployment server remembers: a SQLite file, made for its owner alone where it is missing. ':memory:' is for tests.
// Another process may have it open too.
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

async function setUp(database: Database, file: string): Promise<void> {
  refuseIfForeign(database, file)
  await useWal(database)
  // FULL: every commit is on the disk before it is answered, not only safe from a crash of this process.
  for (const pragma of ['synchronous = FULL', 'foreign_keys = ON', 'journal_size_limit = 67108864']) database.run(`PRAGMA ${pragma}`)
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

function storeOn(database: Database, file: string): Store {
  const requests = requestTable(database)
  const events = eventTable(database)
  const tokens = tokenTable(database)
  const notices = noticeTable(database)
  const keep = database.prepare('INSERT INTO kept (name, at, document) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at, document = excluded.document')
  const kept = database.prepare('SELECT at, document FROM kept WHERE name = ?')
  const ping = database.prepare('UPDATE ping SET times = times + 1 RETURNING times')
  const writer = groupingWriter(database)
  let closing: Promise<void> | undefined

  const explained = (error: unknown): unknown =>
    error instanceof Damage ? storeFailure(file, `is damaged: ${error.message}`, 'Stop flight serve, keep a copy of this file and of its -wal, and restore a backup.') : understood(file, error)
  const refuseIfClosed = () => {
    if (closing !== undefined) throw storeFailure(file, 'is closed already: the deployment server is stopping', 'Ask again when it runs.')
  }
  const read = async <T>(work: () => T): Promise<T> => {
    refuseIfClosed()
    try {
      return work()
    } catch (error) {
      throw explained(error)
    }
  }
  const write = async <T>(work: () => T): Promise<T> => {
    refuseIfClosed()
    try {
      return await writer.write(work)
    } catch (error) {
      throw explained(error)
    }
  }

  return {
    accept: (wish, now) =>
      write(() => {
        const accepted = requests.accept(wish, now)
        if (accepted.is === 'new') events.append(accepted.request.id, [{ at: now, event: { event: 'requested', by: wish.by } }])
        return accepted
      }),
    request: (id) => read(() => requests.request(id)),
    requests: (wanted) => read(() => requests.requests(wanted)),
    unfinished: () => read(() => requests.unfinished()),
    change: (id, from, to, told) =>
      write(() => {
        const changed = requests.change(id, from, to)
        if (changed !== undefined && told !== undefined) events.append(id, [told])
        return changed
      }),
    append: (id, told) => write(() => events.append(id, told)),
    events: (id, after, limit) => read(() => events.events(id, after, limit)),
    forgetEvents: (app, newest) => write(() => events.forgetEvents(app, newest)),
    addToken: (token) => write(() => tokens.add(token)),
    token: (id) => read(() => tokens.token(id)),
    tokens: () => read(() => tokens.tokens()),
    revokeToken: (id, at) => write(() => tokens.revoke(id, at)),
    keep: (name, at, document) => write(() => void keep(name, at, toJson(document))),
    kept: (name) => read(() => kept(name).map((row) => ({ at: text(row, 'at'), document: json(row, 'document') }))[0]),
    post: (posted) => write(() => notices.post(posted)),
    notices: (due, limit) => read(() => notices.notices(due, limit)),
    sent: (id) => write(() => notices.sent(id)),
    postpone: (id, due, error) => write(() => notices.postpone(id, due, error)),
    giveUp: (id, error) => write(() => notices.giveUp(id, error)),
    counts: () => read(() => requests.counts()),
    ping: async () => {
      const rows = await write(() => ping())
      if (rows.length !== 1) throw storeFailure(file, 'is damaged: it does not take what is written', 'Stop flight serve, keep a copy of this file and of its -wal, and restore a backup.')
    },
    close: () => {
      closing ??= writer.idle().then(() => database.close())
      return closing
    },
  }
}
