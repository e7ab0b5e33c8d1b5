import { briefly, onOneLine } from '../../model/printable.ts'
import type { NumberedEvent, RequestEvent } from '../../model/request.ts'
import { lineOfRequest } from '../../views/request-lines.ts'

export type StoryLine = { n: number; at: string; text: string; bad: boolean }

// An event as one line, or undefined where it says nothing that a log needs.
export function logLineOf({ n, at, told }: NumberedEvent): StoryLine | undefined {
  // Progress comes by the thousand; the tree shows the last.
  const text = told.event === 'action-progress' ? undefined : lineOfRequest(told)
  return text === undefined ? undefined : { n, at, text: briefly(text), bad: isBad(told) }
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
