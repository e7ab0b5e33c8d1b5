import { tableText, type TableOptions } from './table.ts'

// One server at a glance.
export type StatusRow = {
  server: string
  cluster: string
  state: 'in order' | 'drifted' | 'blocked' | 'not asked'
  system: string
  apps: readonly string[] // what the definitions put there
  unusual: readonly string[] // what is out of the ordinary
}

// The fleet at a glance, by cluster; what is out of the ordinary stands last and is marked.
export function statusText(rows: readonly StatusRow[], options: TableOptions): string {
  if (rows.length === 0) return 'No servers.'
  const key = (row: StatusRow): string => `${row.cluster} ${row.server}`
  const ordered = [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  return tableText(
    ['', 'server', 'cluster', 'state', 'system', 'apps', 'unusual'],
    ordered.map((row) => [
      row.state === 'in order' && row.unusual.length === 0 ? '' : '!',
      row.server,
      row.cluster,
      row.state,
      row.system,
      row.apps.join(', '),
      row.unusual.join('; '),
    ]),
    options,
  )
}
