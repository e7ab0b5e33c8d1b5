import { tableText, type TableOptions } from './table.ts'

// Who holds a server; nobody where `holder` is undefined.
export type LockRow = { server: string; holder: { who: string; from: string; what: string; since: string } | undefined }

// Who holds what; servers that nobody holds are counted.
export function locksText(rows: readonly LockRow[], options: TableOptions): string {
  const held = rows.flatMap(({ server, holder }) =>
    holder === undefined ? [] : [[server, holder.what, holder.since, `${holder.who} from ${holder.from}`]],
  )
  const free = rows.length - held.length
  if (held.length === 0) return `Nobody holds a lock (${free} asked).`
  const table = tableText(['server', 'what', 'since', 'who'], held.sort(), options)
  return free === 0 ? table : `${table}\n\nNobody holds the other ${free}.`
}
