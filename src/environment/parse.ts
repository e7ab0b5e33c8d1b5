import { FlightError, type Problem } from '../model/errors.ts'
import { Secret } from '../model/secret.ts'
import { decodeEnvironment } from './decode.ts'
import type { Entry, Environment, Warning } from './environment.ts'
import type { Fault } from './fault.ts'
import { nameIn } from './name.ts'
import { placeAfter } from './position.ts'
import { isCommentOrBlank, rawEntries, type RawEntry } from './raw-entries.ts'
import { valueIn } from './value.ts'

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
