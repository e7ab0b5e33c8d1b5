import type { NumberedEvent, RequestEvent } from '../../model/request.ts'
import type { Database, Row } from './database.ts'
import { atMost, Damage, jsonOf, textOf, toJson, whole } from './rows.ts'

// What was told of requests, numbered within each.
export function eventTable(database: Database) {
  const count = database.prepare('UPDATE request SET events = events + ?, remembers = 1 WHERE id = ? RETURNING events')
  const insert = database.prepare('INSERT INTO event (request, n, at, told) VALUES (?, ?, ?, ?)')
  const after = database.prepare('SELECT n, at, told FROM event WHERE request = ? AND n > ? ORDER BY n LIMIT ?')
  const forgotten = database.prepare(
    `SELECT id FROM request WHERE app = ? AND remembers = 1 AND state NOT IN ('waiting', 'running')
     AND id <= (SELECT id FROM request WHERE app = ?1 AND state NOT IN ('waiting', 'running') ORDER BY id DESC ` +
      `LIMIT 1 OFFSET ?)`,
  )
  const forget = database.prepare('DELETE FROM event WHERE request = ?')
  const mark = database.prepare('UPDATE request SET remembers = 0 WHERE id = ?')

  return {
    append(id: number, told: readonly { at: string; event: RequestEvent }[]): NumberedEvent[] {
      if (told.length === 0) return []
      const [row] = count(told.length, id)
      if (row === undefined) throw new Error(`there is no request ${id} of which something could be told`)
      const first = whole(row, 'events') - told.length + 1
      return told.map(({ at, event }, index) => {
        insert(id, first + index, at, toJson(event))
        return { n: first + index, at, told: event }
      })
    },

    events: (id: number, last: number, limit: number): NumberedEvent[] => after(id, last, atMost(limit)).map(eventOf),

    forgetEvents(app: string, keep: number): void {
      for (const row of forgotten(app, atMost(keep))) {
        forget(whole(row, 'id'))
        mark(whole(row, 'id'))
      }
    },
  }
}

function eventOf(row: Row): NumberedEvent {
  const told = jsonOf(row, 'told')
  if (typeof told !== 'object' || told === null || !('event' in told) || typeof told.event !== 'string')
    throw new Damage('told is no event')
  return { n: whole(row, 'n'), at: textOf(row, 'at'), told: told as RequestEvent }
}
