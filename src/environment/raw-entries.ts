import { LINE_END } from './position.ts'

// The lines that phpdotenv reads as one assignment or comment, the first one's number, and whether the quote that
// joined them was still open at the end of the file.
export type RawEntry = { line: number; lines: readonly string[]; open: boolean }

// The text in the portions in which phpdotenv 5 reads it (Parser\Lines). It does not look for quoted values: a line
// with =" and an uneven look of its quotes goes on until a line with a quote, in comments too.
export function rawEntries(text: string): RawEntry[] {
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
export function isCommentOrBlank(line: string): boolean {
  return /^[ \t\r\n\v]*(?:#|$)/.test(line)
}

// A quote counts when something other than a backslash is before it; the line that opens needs a second one.
function closes(line: string, opens: boolean): boolean {
  if (line === '"') return true
  const quotes = line.replaceAll('\\\\', '').match(/(?<=[^\\])"/g)?.length ?? 0
  return quotes > (opens ? 1 : 0)
}
