import { PURPOSES, type Token } from '../../model/token.ts'
import type { Database, Row } from './database.ts'
import { oneOf, textOf, textOrNull } from './rows.ts'

// Who may ask. Nothing is deleted: the audit log names tokens that were revoked long ago.
export function tokenTable(database: Database) {
  const insert = database.prepare(
    'INSERT INTO token (id, name, purpose, app, hash, created, expires, revoked) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const byId = database.prepare('SELECT * FROM token WHERE id = ?')
  const all = database.prepare('SELECT * FROM token ORDER BY created, rowid')
  const revoke = database.prepare('UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL RETURNING id')

  return {
    add({ id, name, purpose, app, hash, created, expires, revoked }: Token): void {
      insert(id, name, purpose, app, hash, created, expires, revoked)
    },
    token: (id: string): Token | undefined => byId(id).map(tokenOf)[0],
    tokens: (): Token[] => all().map(tokenOf),
    revoke: (id: string, at: string): boolean => revoke(at, id).length === 1,
  }
}

function tokenOf(row: Row): Token {
  return {
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    purpose: oneOf(row, 'purpose', PURPOSES),
    app: textOrNull(row, 'app'),
    hash: textOf(row, 'hash'),
    created: textOf(row, 'created'),
    expires: textOrNull(row, 'expires'),
    revoked: textOrNull(row, 'revoked'),
  }
}
