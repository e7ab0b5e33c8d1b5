// Lines as phpdotenv counts them.
export const LINE_END = /\r\n|\n|\r/

// line:column of what follows a text that begins on a line. A column is a character, not a byte.
export function placeAfter(before: string, firstLine: number): string {
  const lines = before.split(LINE_END)
  return `${firstLine + lines.length - 1}:${characters(lines.at(-1) ?? '') + 1}`
}

// How many characters a text has, as PHP counts: one for an emoji, too.
export function characters(text: string): number {
  return Array.from(text).length
}
