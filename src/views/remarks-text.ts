import type { Paint } from './paint.ts'
import type { LeftoverView, Note } from './remarks.ts'
import { wrap } from './wrap.ts'

// Notes as lines under a heading; nothing where there are none.
export function noteLines(notes: readonly Note[], width: number, paint: Paint): string[] {
  if (notes.length === 0) return []
  return [paint.bold('Notes'), ...notes.flatMap(({ servers, text }) => wrap(text, width, `  ${servers}: `, 4)), '']
}

// What is left over, each with the command that would remove it on a line of its own, to be copied.
export function leftoverLines(leftovers: readonly LeftoverView[], width: number, paint: Paint): string[] {
  if (leftovers.length === 0) return []
  return [
    ...wrap('Left over: Flight does not remove these; by hand, on the server, as root:', width, '').map((line) =>
      paint.bold(line),
    ),
    ...leftovers.flatMap(({ servers, text, remove }) => [...wrap(text, width, `  ${servers}: `, 4), `      ${remove}`]),
    '',
  ]
}
