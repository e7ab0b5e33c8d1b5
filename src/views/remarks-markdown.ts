import type { BoundedPart } from './bounded.ts'
import { fenced, htmlText, prose } from './markdown.ts'
import type { LeftoverView, Note } from './remarks.ts'
import { count } from '../model/words.ts'

const MOST = 50
const MOST_LINE = 1500

// Notes behind a fold; nothing where there are none.
export function noteParts(notes: readonly Note[]): BoundedPart[] {
  return notes.length === 0 ? [] : [fold(count(notes.length, 'note'), notes.map(line))]
}

// What is left over behind a fold, each with the command that would remove it.
export function leftoverParts(leftovers: readonly LeftoverView[]): BoundedPart[] {
  if (leftovers.length === 0) return []
  const things = count(leftovers.length, 'thing')
  const title = `Left over: ${things} that Flight does not remove; by hand, on the server, as root`
  return [
    fold(
      title,
      leftovers.map((leftover) => `${line(leftover)}\n\n${fenced([leftover.remove], 'sh')}\n`),
    ),
  ]
}

function line({ servers, text }: Note): string {
  return `- ${prose(servers)}: ${prose(text.slice(0, MOST_LINE))}`
}

function fold(title: string, lines: readonly string[]): BoundedPart {
  const more = lines.length > MOST ? [`- and ${lines.length - MOST} more`] : []
  return {
    text:
      `<details><summary>${htmlText(title)}</summary>\n\n${[...lines.slice(0, MOST), ...more].join('\n')}\n\n</` +
      `details>\n`,
    instead: `- ${prose(title)}: left out here for its length\n`,
  }
}
