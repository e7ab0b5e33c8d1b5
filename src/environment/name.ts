import { trimmed, type Fault } from './fault.ts'
import { characters } from './position.ts'

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
