import { briefly, onOneLine } from '../model/printable.ts'
import type { NumberedEvent, RequestEvent } from '../model/request.ts'
import { lineOf } from '../views/progress-lines.ts'
import { count, names } from '../views/words.ts'
import { brief, shortCommit } from './brief.ts'

export type LogLine = { n: number; at: string; text: string; bad: boolean }

// An event as one line, or undefined where it says nothing that a log needs.
export function logLineOf({ n, at, told }: NumberedEvent): LogLine | undefined {
  const text = words(told)
  return text === undefined ? undefined : { n, at, text: briefly(text), bad: isBad(told) }
}

function words(told: RequestEvent): string | undefined {
  switch (told.event) {
    case 'requested':
      return `asked for by ${brief(told.by, 100)}`
    case 'begins':
      return told.attempt === 1 ? 'begins' : `begins again (attempt ${told.attempt})`
    case 'resumes':
      return `goes on after an interruption (attempt ${told.attempt}): what is done is found, and not done again`
    case 'planned':
      return `planned release ${brief(told.release, 100)} of ${shortCommit(told.commit)} (${brief(told.subject, 120)}) for ${names(told.servers, 10)}: ${count(told.actions, 'action')}`
    case 'waits':
      return `waits until ${brief(told.until, 40)}: ${brief(told.why, 300)}`
    case 'cancel-asked':
      return `${brief(told.by, 100)} asked that it stops`
    case 'ends':
      return `${told.state.replace('_', ' ')}: ${told.end.said}`
    case 'action-progress':
      return undefined // thousands, of which the tree shows the last
    default:
      return lineOf(told)
  }
}

function isBad(told: RequestEvent): boolean {
  switch (told.event) {
    case 'server-missing':
      return true
    case 'action-ends':
      return told.outcome === 'failed'
    case 'server-ends':
      return told.outcome !== 'done'
    case 'ends':
      return told.state === 'failed' || told.state === 'went_back' || told.state === 'refused'
    default:
      return false
  }
}

// 22:41:07, the time of a line; the day stands in the head of the page.
export function clock(at: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(at)?.[1] ?? onOneLine(at).slice(0, 8)
}
