import { names } from '../model/words.ts'
import { tableText, type TableOptions } from './table.ts'

// One release of an app, over all servers that could be asked. `state`: good is one to go back to.
export type ReleaseRow = {
  release: string
  state: 'live' | 'live on some' | 'not confirmed' | 'good' | 'failed' | 'unfinished'
  since: string | undefined // live since, ISO 8601
  who: string | undefined
  made: string | undefined
  commit: string | undefined
  subject: string | undefined
  live: readonly string[] // servers
  on: readonly string[]
  without: readonly string[]
  why: string | undefined // it failed
}

// Which release is where. What differs between servers is said in the row that it is about.
export function releasesText(rows: readonly ReleaseRow[], options: TableOptions): string {
  if (rows.length === 0) return 'There is no release yet.\n'
  const cells = rows.map((row) => [
    row.release,
    row.state === 'live on some' ? `LIVE ON SOME: ${names(row.live, 4)}` : row.state,
    row.since ?? '',
    row.who ?? '',
    row.subject ?? '',
    unusual(row),
  ])
  return `${tableText(['release', 'state', 'live since', 'by', 'commit', 'out of the ordinary'], cells, options)}\n`
}

function unusual({ state, without, why, on }: ReleaseRow): string {
  const missing =
    without.length === 0 || (state !== 'live' && state !== 'live on some' && on.length === 0)
      ? []
      : [`not on ${names(without, 4)}`]
  const unconfirmed =
    state === 'not confirmed'
      ? ['a run ended before it was confirmed; its servers go back by themselves, or release again']
      : []
  return [...(why === undefined ? [] : [why]), ...missing, ...unconfirmed].join('; ')
}
