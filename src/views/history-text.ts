import { tableText, type TableOptions } from './table.ts'
import { shortDigest } from './words.ts'

// What an apply did to one server, as the server remembers it.
export type HistoryRow = {
  when: string // ISO 8601, UTC
  server: string
  who: string
  from: string
  what: string // provision, app:release shop
  outcome: string
  plan: string // digest
}

// What was done, the newest first.
export function historyText(rows: readonly HistoryRow[], options: TableOptions): string {
  if (rows.length === 0) return 'Nothing was done yet, as far as the servers remember.'
  const key = (row: HistoryRow): string => `${row.when} ${row.server} ${row.plan}`
  const newest = [...rows].sort((a, b) => (key(a) < key(b) ? 1 : key(a) > key(b) ? -1 : 0))
  return tableText(
    ['when', 'server', 'what', 'outcome', 'who', 'plan'],
    newest.map((row) => [
      row.when,
      row.server,
      row.what,
      row.outcome,
      `${row.who} from ${row.from}`,
      shortDigest(row.plan),
    ]),
    options,
  )
}
