import { trimmed, type Fault } from './fault.ts'

// What a value says: its characters, and of each ${ in it whether Laravel puts another value there.
export type Value = { text: string; expands: readonly boolean[] }

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
