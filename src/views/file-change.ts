import { structuredPatch } from 'diff'
import type { SaidText } from '../kinds/kind.ts'
import { spelledOut } from '../model/printable.ts'
import { linesOf } from '../model/words.ts'

// One line of a file as a reader sees it: added, taken away,
// around a change, the place of a change, or content as a whole.
export type BodyLine = { sign: '+' | '-' | ' ' | '@' | '|'; text: string }

// Wholly different files cost quadratic time. The length decides, so that every machine shows the same; the time is
// only the last resort for what nobody thought of.
const MOST_EDITS = 1500
const MILLISECONDS = 5000

function whole(content: string, sign: BodyLine['sign']): BodyLine[] {
  return linesOf(content).map((line) => ({ sign, text: spelledOut(line) }))
}

// The unified diff of two contents with three lines of context; undefined when they are too different to compare.
export function unified(before: string, after: string): BodyLine[] | undefined {
  const options = { context: 3, timeout: MILLISECONDS, maxEditLength: MOST_EDITS }
  const patch = structuredPatch('', '', before, after, undefined, undefined, options)
  return patch?.hunks.flatMap((hunk): BodyLine[] => [
    { sign: '@', text: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@` },
    ...hunk.lines.map((line): BodyLine => {
      const sign = line[0] === '+' || line[0] === '-' ? line[0] : ' '
      return { sign, text: line.startsWith('\\') ? line : spelledOut(line.slice(1)) }
    }),
  ])
}

// The lines of a file, with control characters spelled out, and what has to be said beside them.
export function linesOfText({ was, is, unlike = [] }: SaidText): { body: BodyLine[]; facts: readonly string[] } {
  if (is === undefined) return { body: whole(was ?? '', '-'), facts: [] }
  if (was === undefined) return { body: whole(is, '|'), facts: [] }
  const diff = unified(was, is)
  return diff === undefined ? { body: whole(is, '|'), facts: unlike } : { body: diff, facts: [] }
}
