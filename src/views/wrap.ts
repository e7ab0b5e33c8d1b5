import { onOneLine } from '../model/printable.ts'

// Text in lines of at most `width` characters: the first begins with `first`, the others with as many blanks, or
// `hang`. Words are never broken, so that a path or a digest can be copied.
export function wrap(text: string, width: number, first: string, hang = first.length): string[] {
  const blank = ' '.repeat(hang)
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of onOneLine(text).split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = blank
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}

// The text cut to a number of characters, saying how many are left out.
export function cutLine(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`
}
