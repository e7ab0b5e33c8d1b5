import type { Store } from '../../model/store.ts'
import type { Database } from './database.ts'
import { eventTable } from './events.ts'
import { damaged, storeFailure, understood } from './failures.ts'
import { groupingWriter } from './group-commit.ts'
import { noticeTable } from './notices.ts'
import { requestTable } from './requests.ts'
import { Damage, jsonOf, textOf, toJson } from './rows.ts'
import { tokenTable } from './tokens.ts'

// A store on a database that is set up. Reads answer at once with what is durable; writes go together.
export function storeOn(database: Database, file: string): Store {
  const requests = requestTable(database)
  const events = eventTable(database)
  const tokens = tokenTable(database)
  const notices = noticeTable(database)
  const keep = database.prepare(
    'INSERT INTO kept (name, at, document) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at, ' +
      'document = excluded.document',
  )
  const kept = database.prepare('SELECT at, document FROM kept WHERE name = ?')
  const ping = database.prepare('UPDATE ping SET times = times + 1 RETURNING times')
  const writer = groupingWriter(database)
  let closing: Promise<void> | undefined

  const explained = (error: unknown): unknown =>
    error instanceof Damage ? damaged(file, error.message) : understood(file, error)
  const refuseIfClosed = () => {
    if (closing !== undefined)
      throw storeFailure(file, 'is closed already: the deployment server is stopping', 'Ask again when it runs.')
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

  const end = () => {
    try {
      // What is still beside the file goes into it; libsql itself closes only once the statements are collected.
      database.run('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      throw explained(error)
    } finally {
      database.close()
    }
  }

  return {
    accept: (wish, now, most) =>
      write(() => {
        const accepted = requests.accept(wish, now, most)
        if (accepted.is === 'new')
          events.append(accepted.request.id, [{ at: now, event: { event: 'requested', by: wish.by } }])
        return accepted
      }),
    request: (id) => read(() => requests.request(id)),
    requests: (wanted) => read(() => requests.requests(wanted)),
    unfinished: () => read(() => requests.unfinished()),
    heads: () => read(() => requests.heads()),
    change: (id, from, to, told) =>
      write(() => {
        const changed = requests.change(id, from, to)
        if (changed === undefined || told === undefined) return changed
        const { notices: posted = [], ...event } = told
        events.append(id, [event])
        notices.post(posted)
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
    kept: (name) =>
      read(() => kept(name).map((row) => ({ at: textOf(row, 'at'), document: jsonOf(row, 'document') }))[0]),
    post: (posted) => write(() => notices.post(posted)),
    notices: (due, limit) => read(() => notices.notices(due, limit)),
    sent: (id) => write(() => notices.sent(id)),
    postpone: (id, due, error) => write(() => notices.postpone(id, due, error)),
    giveUp: (id, error) => write(() => notices.giveUp(id, error)),
    counts: () => read(() => requests.counts()),
    ping: async () => {
      const rows = await write(() => ping())
      if (rows.length !== 1) throw damaged(file, 'it does not take what is written')
    },
    close: () => {
      closing ??= writer.idle().then(end)
      return closing
    },
  }
}
