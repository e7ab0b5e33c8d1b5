import type { Request } from '../../model/request.ts'
import { duration } from '../../views/words.ts'
import { brief, inPath, shortCommit } from './brief.ts'
import type { Html } from './jsx-runtime.ts'
import { ofRequest, standing } from './sign.tsx'
import { type Column, table } from './table.tsx'
import { timeAgo } from './when.tsx'

export type ListedRequest = { request: Request; subject: string }

const COLUMNS: readonly Column[] = [
  { head: 'State', kind: 'self' },
  { head: 'App', kind: 'self' },
  { head: 'Release', kind: 'main' },
  { head: 'Asked by' },
  { head: 'Asked' },
  { head: 'Took', kind: 'number' },
]

// What was asked for, as a table; without the app where all are of one.
export function requestsTable(caption: string, list: readonly ListedRequest[], now: Date, withApp: boolean): Html {
  return table(
    caption,
    COLUMNS.filter(({ head }) => withApp || head !== 'App'),
    list.map(({ request, subject }) => ({
      key: `r${request.id}`,
      cells: [
        standing(ofRequest(request.state)),
        ...(withApp ? [appLink(request.app)] : []),
        requestLine({ request, subject }),
        brief(request.by, 60),
        timeAgo(request.asked, now),
        took(request),
      ],
    })),
  )
}

// The way to the page of an app.
export function appLink(app: string): Html {
  return <a href={`/apps/${inPath(app)}`}>{brief(app, 60)}</a>
}

// #12, which commit and what it says, or where somebody wanted to go back to.
export function requestLine({ request, subject }: ListedRequest): Html {
  const { id, app, wish } = request
  return (
    <>
      <a class="id" href={`/releases/${id}`} aria-label={`Release ${id} of ${brief(app, 60)}`}>
        #{id}
      </a>{' '}
      {wish.does === 'rollback' ? <span>{goingBack(wish)}</span> : commitCode(wish.commit)}{' '}
      {subject !== '' ? (
        <span class="subject">{brief(subject, 120)}</span>
      ) : (
        wish.does === 'release' && wish.ref !== null && <span class="muted">{brief(wish.ref, 80)}</span>
      )}
    </>
  )
}

// The beginning of a commit's id; the whole is its title.
export function commitCode(commit: string): Html {
  return <code title={brief(commit, 80)}>{shortCommit(commit)}</code>
}

// Which release was left, and for which.
export function goingBack({ leaving, to }: { leaving: number; to: string | null }): string {
  return to === null ? `back from #${leaving}` : `back from #${leaving} to ${brief(to, 40)}`
}

// How long a request was worked on.
export function took({ began, ended }: Pick<Request, 'began' | 'ended'>): string {
  const seconds = began === null || ended === null ? NaN : (Date.parse(ended) - Date.parse(began)) / 1000
  return Number.isFinite(seconds) ? duration(Math.max(0, seconds)) : '–'
}
