import type { NewNotice, Notice } from '../../model/store.ts'
import type { Database, Row } from './database.ts'
import { atMost, jsonOf, textOf, textOrNull, toJson, whole } from './rows.ts'

// So many that were given up stay, for whoever looks why.
const GIVEN_UP = 1_000

// What others are to be told. One that was sent is gone; one that was given up is due no more.
export function noticeTable(database: Database) {
  const insert = database.prepare('INSERT INTO notice (target, at, due, body, tries) VALUES (?, ?, ?, ?, 0)')
  const due = database.prepare('SELECT * FROM notice WHERE due <= ? ORDER BY id LIMIT ?')
  const remove = database.prepare('DELETE FROM notice WHERE id = ?')
  const tried = database.prepare('UPDATE notice SET tries = tries + 1, due = ?, error = ? WHERE id = ?')
  const clear = database.prepare(
    'DELETE FROM notice WHERE due IS NULL AND id <= (SELECT id FROM notice WHERE due IS NULL ORDER BY id DESC LIMIT ' +
      '1 OFFSET ?)',
  )

  return {
    post(notices: readonly NewNotice[]): void {
      for (const notice of notices) insert(notice.target, notice.at, notice.due, toJson(notice.body))
    },
    notices: (now: string, limit: number): Notice[] => due(now, atMost(limit)).map(noticeOf),
    sent(id: number): void {
      remove(id)
    },
    postpone(id: number, until: string, error: string): void {
      tried(until, error, id)
    },
    giveUp(id: number, error: string): void {
      tried(null, error, id)
      clear(GIVEN_UP)
    },
  }
}

function noticeOf(row: Row): Notice {
  return {
    id: whole(row, 'id'),
    target: textOf(row, 'target'),
    at: textOf(row, 'at'),
    due: textOf(row, 'due'),
    body: jsonOf(row, 'body'),
    tries: whole(row, 'tries'),
    error: textOrNull(row, 'error'),
  }
}
