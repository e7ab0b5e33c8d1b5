import type { RunEvent } from '../model/event.ts'
import { onOneLine } from '../model/printable.ts'
import { count, names } from '../model/words.ts'
import { duration, withoutServer } from './words.ts'

// What a step says is repeated at most this often: a log of a long installation shows that it lives.
const QUIET_SECONDS = 15

// One event as one line of a log, or undefined where it says nothing a log needs.
export function lineOf(event: RunEvent): string | undefined {
  switch (event.event) {
    case 'server-asked':
    case 'action-begins':
      return undefined
    case 'server-answered':
      return `${event.server} answered, ${event.actions === 0 ? 'nothing to do' : count(event.actions, 'action')}`
    case 'server-missing':
      return `${event.server} could not be asked: ${event.what}`
    case 'stage-begins':
      return `stage ${event.stage} begins on ${count(event.servers.length, 'server')}: ${names(event.servers, 10)}`
    case 'action-progress':
      return `${event.server} ${withoutServer(event.address, event.server)}: ${event.text}`
    case 'action-ends': {
      const error = event.error === undefined ? '' : `: ${event.error}`
      return (
        `${event.server} ${withoutServer(event.address, event.server)} ${event.outcome} ` +
        `(${duration(event.seconds)})${error}`
      )
    }
    case 'server-ends':
      return `${event.server} ${event.outcome}`
    case 'verifying':
      return `${event.server} verifying`
    case 'note':
      return event.text
  }
}

// Writes a line a step, each with the time, for pipes and CI.
export function lineWriter(write: (line: string) => void, now: () => number): (event: RunEvent) => void {
  const said = new Map<string, number>()
  return (event) => {
    const time = now()
    if (event.event === 'action-begins') said.set(event.server, time)
    if (event.event === 'action-progress') {
      if (time - (said.get(event.server) ?? 0) < QUIET_SECONDS * 1000) return
      said.set(event.server, time)
    }
    const line = lineOf(event)
    if (line !== undefined) write(`${new Date(time).toISOString()} ${onOneLine(line)}\n`)
  }
}
