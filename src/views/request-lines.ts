import type { NumberedEvent, RequestEvent } from '../model/request.ts'
import { onOneLine } from '../model/printable.ts'
import { lineOf } from './progress-lines.ts'
import { count, names } from '../model/words.ts'

// One event of a request as one line of its log, or undefined where it says nothing a log needs.
export function lineOfRequest(told: RequestEvent): string | undefined {
  switch (told.event) {
    case 'requested':
      return `asked for by ${told.by}`
    case 'begins':
      return told.attempt === 1 ? 'begins' : `begins, attempt ${told.attempt}`
    case 'resumes':
      return `goes on after an interruption, attempt ${told.attempt}: what is done is found, and not done again`
    case 'planned':
      return (
        `planned: ${told.release} of commit ${told.commit.slice(0, 12)} (${told.subject}), ` +
        `${count(told.actions, 'action')} on ${names(told.servers, 10)}`
      )
    case 'waits':
      return `waits until ${told.until}: ${told.why}`
    case 'cancel-asked':
      return `${told.by} asked to cancel it`
    case 'ends':
      return `${told.state.replace('_', ' ')}: ${told.end.said}`
    default:
      return lineOf(told)
  }
}

// The same with its time, as it stands in the log; what is wrong at the end follows on lines of its own.
export function logLines({ at, told }: NumberedEvent): string {
  const line = lineOfRequest(told)
  if (line === undefined) return ''
  const problems =
    told.event === 'ends'
      ? told.end.problems.map(
          ({ where, what, hint }) =>
            `  ${where === '' ? '' : `${where}: `}${what}${hint === undefined ? '' : ` (${hint})`}`,
        )
      : []
  return [line, ...problems].map((each) => `${at} ${each.startsWith('  ') ? '  ' : ''}${onOneLine(each)}\n`).join('')
}
