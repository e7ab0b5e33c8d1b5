import { Buffer, isUtf8 } from 'node:buffer'
import { FlightError, type Problem } from '../model/errors.ts'
import { Secret } from '../model/secret.ts'
import { type Fault, LINE_END, nameIn, placeAfter, valueIn } from './entry.ts'
import type { Entry, Environment, Warning } from './environment.ts'

const MOST_PROBLEMS = 100

// An environment file as Laravel reads it (vlucas/phpdotenv 5), or all that is wrong with it, by line and column and
// never by what stands there. Stricter in two things that phpdotenv passes over in silence: a quote that stays open
// takes the rest of the file away, and a line without an equals sign is more often the rest of a value than a name.
export function parseEnvironment(bytes: Uint8Array, source = '.env'): Environment {
  const content = decodeEnvironment(bytes, source)
  const entries: Entry[] = []
  const warnings: Warning[] = []
  const faults: { raw: RawEntry; fault: Fault }[] = []
  for (const raw of rawEntries(content.startsWith('\ufeff') ? content.slice(1) : content)) {
    if (raw.lines.every(isCommentOrBlank)) continue
    const read = entryOf(raw)
    if (read === undefined) warnings.push(swallowed(raw, source))
    else if (Array.isArray(read)) for (const fault of read) faults.push({ raw, fault })
    else entries.push(read)
  }
  if (faults.length > 0) throw new FlightError(problemsOf(faults, source))
  return { entries, warnings: [...warnings, ...repeated(entries, source)], content: new Secret(content) }
}

// Undefined for a comment that took lines with it.
function entryOf(raw: RawEntry): Entry | Fault[] | undefined {
  const text = raw.lines.join('\n')
  if (raw.open)
    return [
      {
        offset: text.indexOf('="') + 1,
        what: 'this quote is not closed: Laravel reads nothing from here to the end of the file',
        hint: 'Close it, or remove it where this is a comment.',
      },
    ]
  if (isCommentOrBlank(text)) return undefined
  const equals = text.indexOf('=')
  if (equals < 0)
    return [
      {
        offset: text.search(/\S/),
        what: 'there is no equals sign',
        hint:
          'Write NAME= for an empty value. Where this is the rest of a value, put the whole value in double ' +
          'quotes.',
      },
    ]
  const key = nameIn(text, 0, equals)
  const value = valueIn(text, equals + 1, text.length)
  const faults = [key, value].filter((part) => typeof part === 'object' && 'what' in part)
  if (typeof key !== 'string' || 'what' in value) return faults
  return { key, value: new Secret(value.text), expands: value.expands, line: raw.line }
}

function swallowed({ line, lines }: RawEntry, source: string): Warning {
  return {
    where: `${source}:${line}`,
    what:
      `this comment opens a quote that goes on to line ${line + lines.length - 1}: Laravel reads none of these ` +
      `lines`,
    hint: 'Remove the quote from the comment.',
  }
}

function repeated(entries: readonly Entry[], source: string): Warning[] {
  const lines = new Map<string, number[]>()
  for (const { key, line } of entries) {
    const known = lines.get(key)
    if (known === undefined) lines.set(key, [line])
    else known.push(line)
  }
  return [...lines]
    .filter(([, at]) => at.length > 1)
    .map(([key, at]) => ({
      where: `${source}:${at.at(-1)}`,
      what: `${key} is set ${at.length} times, first on line ${at[0]}: the last one counts`,
      hint: 'Remove the others.',
    }))
}

function problemsOf(faults: readonly { raw: RawEntry; fault: Fault }[], source: string): Problem[] {
  const code = 'FLIGHT_ENV_UNREADABLE'
  const shown: Problem[] = faults
    .slice(0, MOST_PROBLEMS)
    .map(({ raw, fault: { offset, what, hint } }) => ({ code, where: `${source}:${placeIn(raw, offset)}`, what, hint }))
  const more = faults.length - shown.length
  return more === 0
    ? shown
    : [
        ...shown,
        { code, where: source, what: `${more} more problems of this sort`, hint: 'Is this an environment file?' },
      ]
}

function placeIn({ line, lines }: RawEntry, offset: number): string {
  return placeAfter(lines.join('\n').slice(0, offset), line)
}

const MOST_BYTES = 1024 * 1024

// The text of an environment file, a byte order mark included. Refused: more than 1 MB, what is not UTF-8, NUL.
function decodeEnvironment(bytes: Uint8Array, source: string): string {
  const refused = (where: string, what: string, hint: string): Problem => ({
    code: 'FLIGHT_ENV_UNREADABLE',
    where,
    what,
    hint,
  })
  if (bytes.length > MOST_BYTES)
    throw new FlightError(
      refused(source, 'is larger than 1 MB', 'Keep large values in files of their own and name their paths here.'),
    )
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const at = (offset: number) => `${source}:${placeAfter(text.slice(text.startsWith('\ufeff') ? 1 : 0, offset), 1)}`
  const problems: Problem[] = []
  if (!isUtf8(bytes))
    problems.push(refused(at(firstOther(text, bytes)), 'this is not UTF-8', 'Save the file as UTF-8.'))
  const nul = text.indexOf('\0')
  if (nul >= 0) problems.push(refused(at(nul), 'a NUL byte', 'Remove it; what is binary is written in base64.'))
  if (problems.length > 0) throw new FlightError(problems)
  return text
}

// Where the text, encoded again, is no longer what was decoded.
function firstOther(text: string, bytes: Uint8Array): number {
  const again = Buffer.from(text, 'utf8')
  let same = 0
  while (again[same] === bytes[same]) same += 1
  while (((again[same] ?? 0) & 0xc0) === 0x80) same -= 1
  return again.toString('utf8', 0, same).length
}

// The lines that phpdotenv reads as one assignment or comment, the first one's number, and whether the quote that
// joined them was still open at the end of the file.
type RawEntry = { line: number; lines: readonly string[]; open: boolean }

// The text in the portions in which phpdotenv 5 reads it (Parser\Lines). It does not look for quoted values: a line
// with =" and an uneven look of its quotes goes on until a line with a quote, in comments too.
function rawEntries(text: string): RawEntry[] {
  const entries: RawEntry[] = []
  let joined: { line: number; lines: string[] } | undefined
  for (const [index, line] of text.split(LINE_END).entries()) {
    const opens = line.includes('="') && !closes(line, true)
    if (joined === undefined && !opens) {
      entries.push({ line: index + 1, lines: [line], open: false })
      continue
    }
    joined ??= { line: index + 1, lines: [] }
    joined.lines.push(line)
    if (!closes(line, opens)) continue
    entries.push({ ...joined, open: false })
    joined = undefined
  }
  if (joined !== undefined) entries.push({ ...joined, open: true })
  return entries
}

// Whether phpdotenv leaves a line out.
function isCommentOrBlank(line: string): boolean {
  return /^[ \t\r\n\v]*(?:#|$)/.test(line)
}

// A quote counts when something other than a backslash is before it; the line that opens needs a second one.
function closes(line: string, opens: boolean): boolean {
  if (line === '"') return true
  const quotes = line.replaceAll('\\\\', '').match(/(?<=[^\\])"/g)?.length ?? 0
  return quotes > (opens ? 1 : 0)
}
