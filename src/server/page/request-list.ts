import type { Request } from '../../model/request.ts'
import { duration } from '../../views/words.ts'
import { brief, inPath, shortCommit } from './brief.ts'
import { html, type Html } from './html.ts'
import { ofRequest, standing } from './sign.ts'
import { table } from './table.ts'
import { timeAgo } from './when.ts'

export type ListedRequest = { request: Request; subject: string }

// What was asked for, as a table; without the app where all are of one.
export function requestTable(caption: string, list: readonly ListedRequest[], now: Date, withApp: boolean): Html {
  return table(
    caption,
    [
      { head: 'State', kind: 'self' as const },
      ...(withApp ? [{ head: 'App', kind: 'self' as const }] : []),
      { head: 'Release', kind: 'main' as const },
      { head: 'Asked by' },
      { head: 'Asked' },
      { head: 'Took', kind: 'number' as const },
    ],
    list.map(({ request, subject }) => ({
      key: `r${request.id}`,
      cells: [
        standing(ofRequest(request.state)),
        ...(withApp ? [html`<a href="/apps/${inPath(request.app)}">${brief(request.app, 60)}</a>`] : []),
        html`${requestLink(request)} ${what(request, subject)}`,
        brief(request.by, 60),
        timeAgo(request.asked, now),
        took(request),
      ],
    })),
  )
}

// #12, the way to the page of the request.
export function requestLink({ id, app }: Pick<Request, 'id' | 'app'>): Html {
  return html`<a class="id" href="/releases/${id}" aria-label="Release ${id} of ${brief(app, 60)}">#${id}</a>`
}

// Which commit and what it says, or where somebody wanted to go back to.
export function what(request: Request, subject: string): Html {
  const { wish } = request
  if (wish.does === 'rollback')
    return html`<span>${goingBack(wish)}</span
      >${subject !== '' && html` <span class="subject">${brief(subject, 120)}</span>`}`
  return html`${commitCode(wish.commit)}${subject !== '' ? html` <span class="subject">${brief(subject, 120)}</span>` : wish.ref !== null && html` <span class="muted">${brief(wish.ref, 80)}</span>`}`
}

export function commitCode(commit: string): Html {
  return html`<code title="${brief(commit, 80)}">${shortCommit(commit)}</code>`
}

export function goingBack({ leaving, to }: { leaving: number; to: string | null }): string {
  return to === null ? `back from #${leaving}` : `back from #${leaving} to ${brief(to, 40)}`
}

export function took({ began, ended }: Pick<Request, 'began' | 'ended'>): string {
  const seconds = began === null || ended === null ? NaN : (Date.parse(ended) - Date.parse(began)) / 1000
  return Number.isFinite(seconds) ? duration(Math.max(0, seconds)) : '–'
}
