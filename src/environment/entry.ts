// What a value says: its characters, and of each ${ in it whether Laravel puts another value there.
type Value = { text: string; expands: readonly boolean[] }

const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  $: '$',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

// The value between two offsets as phpdotenv 5 reads it (Parser\EntryParser), or why it is none.
export function valueIn(text: string, from: number, to: number): Value | Fault {
  const { start, end } = trimmed(text, from, to)
  const quote = start < end ? (text[start] as string) : ''
  if (quote === "'") {
    const close = text.indexOf("'", start + 1)
    if (close < 0 || close >= end) return unclosed(start)
    return restFault(text, close + 1, end, AFTER_QUOTE) ?? valueOf(text.slice(start + 1, close), new Set())
  }
  return quote === '"' ? doubleQuoted(text, start, end) : unquoted(text, start, end)
}

function doubleQuoted(text: string, start: number, end: number): Value | Fault {
  const live = new Set<number>()
  let value = ''
  for (let at = start + 1; at < end; at += 1) {
    let character = text[at] as string
    if (character === '"') return restFault(text, at + 1, end, AFTER_QUOTE) ?? valueOf(value, live)
    if (character === '$') live.add(value.length)
    if (character === '\\') {
      at += 1
      if (at === end) break
      const meant = ESCAPED[text[at] as string]
      if (meant === undefined)
        return {
          offset: at - 1,
          what: 'in double quotes only " \\ $ f n r t v follow a backslash',
          hint: 'Write the backslash twice, or use single quotes.',
        }
      character = meant
    }
    value += character
  }
  return unclosed(start)
}

// A # ends an unquoted value wherever it is; white space too, and then only a comment may follow.
function unquoted(text: string, start: number, end: number): Value | Fault {
  let stop = start
  // phpdotenv takes white space for text at the very beginning, where its trim leaves only what follows a form feed.
  if (text[stop] === '\f') while (stop < end && /[ \t\v\f]/.test(text[stop] as string)) stop += 1
  while (stop < end && !/[ \t\n\r\v\f#]/.test(text[stop] as string)) stop += 1
  const value = text.slice(start, stop)
  return (
    restFault(text, stop, end, UNQUOTED) ??
    valueOf(value, new Set([...value.matchAll(/\$/g)].map(({ index }) => index)))
  )
}

type Rule = Omit<Fault, 'offset'>
const AFTER_QUOTE: Rule = {
  what: 'only a comment may follow the closing quote',
  hint: 'Write a quote inside of double quotes as \\"; or a quote further up is not closed.',
}
const UNQUOTED: Rule = {
  what: 'a value with white space needs quotes',
  hint: 'Put the value in double quotes, or # before a comment.',
}

function restFault(text: string, from: number, end: number, rule: Rule): Fault | undefined {
  let at = from
  while (at < end && /[ \t\n\r\v\f]/.test(text[at] as string)) at += 1
  return at === end || text[at] === '#' ? undefined : { offset: at, ...rule }
}

function unclosed(offset: number): Fault {
  return {
    offset,
    what: 'this quote is not closed',
    hint: 'Close it. Only double quotes right after the equals sign (NAME="…) may hold several lines.',
  }
}

function valueOf(text: string, live: ReadonlySet<number>): Value {
  return { text, expands: [...text.matchAll(/\$(?=\{)/g)].map(({ index }) => live.has(index)) }
}

// The key between two offsets as phpdotenv 5 reads it (since 5.5 with
// letters of any alphabet that has upper and lower case), or why it is none.
export function nameIn(text: string, from: number, to: number): string | Fault {
  let { start, end } = trimmed(text, from, to)
  if (start === end)
    return {
      offset: start,
      what: 'there is no name before the equals sign',
      hint: 'Write NAME=value, or begin the line with # for a comment.',
    }
  if (/^export[ \t\v\f]/.test(text.slice(start, start + 7)) && characters(text.slice(start, end)) > 8)
    ({ start, end } = trimmed(text, start + 6, end))
  const quote = text[start] as string
  if ((quote === '"' || quote === "'") && end - start >= 3 && text[end - 1] === quote)
    [start, end] = [start + 1, end - 1]
  const name = text.slice(start, end)
  const wrong = name.search(/[^\p{Ll}\p{Lu}\p{M}\p{N}_.]/u)
  if (wrong < 0) return name
  if (/^export[ \t]/.test(name))
    return { offset: start + 7, what: 'phpdotenv takes no name of one letter after export', hint: 'Remove export.' }
  return {
    offset: start + wrong,
    what: 'a name has only letters, digits, _ and .',
    hint: 'Correct the name. Where this is the rest of a value, put the whole value in double quotes.',
  }
}

// A rule that is broken at an offset of what was read. Its words are constants: nothing of a value gets into them.
export type Fault = { offset: number; what: string; hint: string }

// Where a text begins and ends without the white space that PHP's trim takes away; a loop, because an expression would
// take a second for a megabyte of blanks.
function trimmed(text: string, from: number, to: number): { start: number; end: number } {
  let start = from
  let end = to
  while (start < end && BLANK.has(text[start] as string)) start += 1
  while (end > start && BLANK.has(text[end - 1] as string)) end -= 1
  return { start, end }
}

const BLANK = new Set([' ', '\t', '\n', '\r', '\v'])

// Lines as phpdotenv counts them.
export const LINE_END = /\r\n|\n|\r/

// line:column of what follows a text that begins on a line. A column is a character, not a byte.
export function placeAfter(before: string, firstLine: number): string {
  const lines = before.split(LINE_END)
  return `${firstLine + lines.length - 1}:${characters(lines.at(-1) ?? '') + 1}`
}

// How many characters a text has, as PHP counts: one for an emoji, too.
function characters(text: string): number {
  return Array.from(text).length
}
