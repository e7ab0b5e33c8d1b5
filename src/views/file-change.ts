import { createHash } from 'node:crypto'
import { structuredPatch } from 'diff'
import type { FileBefore } from '../model/action.ts'
import type { FileDesired } from '../model/resource.ts'
import { spelledOut } from '../model/printable.ts'
import { count } from './words.ts'

// One line of a file as a reader sees it: added, taken away,
// around a change, the place of a change, or content as a whole.
export type BodyLine = { sign: '+' | '-' | ' ' | '@' | '|'; text: string }
export type FileChange = { facts: string[]; body: BodyLine[] }

const NOT_SHOWN = 'content not shown: it is secret'

// Said of every file that is somebody else's work.
export const FOREIGN = 'not written by Flight: what it holds now will be kept in /var/lib/flight/kept'

// Wholly different files cost quadratic time. The length decides, so that every machine shows the same; the time is
// only the last resort for what nobody thought of.
const MOST_EDITS = 1500
const MILLISECONDS = 5000

// Octal mode as people read it: 0644.
export function octal(mode: string): string {
  return mode.padStart(4, '0')
}

function digest(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12)
}

// The lines of a content, with control characters spelled out.
export function contentLines(content: string): string[] {
  if (content === '') return []
  return (content.endsWith('\n') ? content.slice(0, -1) : content).split('\n').map(spelledOut)
}

function whole(content: string): BodyLine[] {
  return contentLines(content).map((text) => ({ sign: '|', text }))
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

function attributes(before: { mode: string; owner: string; group: string }, after: FileDesired): string[] {
  const was = `${before.owner}:${before.group}`
  const is = `${after.owner}:${after.group}`
  return [
    ...(octal(before.mode) === octal(after.mode) ? [] : [`mode ${octal(before.mode)} -> ${octal(after.mode)}`]),
    ...(was === is ? [] : [`owner ${was} -> ${is}`]),
  ]
}

// Of a secret a plan holds the digest alone, and of that a reader sees whether it changes.
function secretChange(before: FileBefore, after: FileDesired): FileChange {
  const fresh = `${after.owner}:${after.group} ${octal(after.mode)}`
  if (before.is === 'absent') return { facts: [fresh, NOT_SHOWN], body: [] }
  if (before.is === 'link') return { facts: [`replaces a link to ${before.target}`, fresh, NOT_SHOWN], body: [] }
  const stays = `sha256:${before.sha256.replace(/^sha256:/, '')}` === after.content
  const theirs = before.written || stays ? [] : [FOREIGN]
  return {
    facts: [...theirs, ...attributes(before, after), stays ? 'the content stays' : 'the content changes', NOT_SHOWN],
    body: [],
  }
}

// What happens to a file: who owns it, what changes, and the lines of it.
export function fileChange(before: FileBefore, after: FileDesired): FileChange {
  if (after.secret) return secretChange(before, after)
  const lines = contentLines(after.content).length
  const size = after.content === '' ? 'empty' : count(lines, 'line')
  const fresh = `${after.owner}:${after.group} ${octal(after.mode)}, ${size}`
  if (before.is === 'absent') return { facts: [fresh], body: whole(after.content) }
  if (before.is === 'link') return { facts: [`replaces a link to ${before.target}`, fresh], body: whole(after.content) }

  const changed = attributes(before, after)
  const now = digest(after.content)
  const was = before.sha256.replace(/^sha256:/, '').slice(0, 12)
  if (was === now) return { facts: [...changed, 'the content stays'], body: [] }
  const digests = `sha256 ${was} -> ${now}`
  const theirs = before.written ? [] : [FOREIGN]
  // Of a file of others only a live look has the content.
  if (before.content === undefined)
    return {
      facts: before.written ? [...changed, digests] : [...theirs, digests, ...changed],
      body: whole(after.content),
    }
  const diff = unified(before.content, after.content)
  if (diff !== undefined) return { facts: [...theirs, ...changed], body: diff }
  const replaced =
    `replaced: ${count(contentLines(before.content).length, 'line')} -> ${count(lines, 'line')}, too ` +
    `different to compare line by line`
  return { facts: [...theirs, ...changed, replaced, digests], body: whole(after.content) }
}
