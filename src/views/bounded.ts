// GitHub takes 65,536 characters in a comment. What is put around ours must fit, too.
export const MOST_CHARACTERS = 60_000

// A part of a document: its text, and what stands there where there is no room for it.
export type BoundedPart = { text: string; instead: string }

// The parts one after another, each in full as long as there is room, otherwise what stands instead of it; where not
// even that fits, the end is one line that says how many are left out.
export function bounded(
  head: string,
  parts: readonly BoundedPart[],
  foot: string,
  left: (parts: number) => string,
): string {
  const reserve = left(parts.length).length + foot.length + 4
  let size = head.length + reserve
  const insteads = parts.map(({ instead }) => instead.length + 1)
  let later = insteads.reduce((sum, length) => sum + length, 0)
  const kept = [head]
  for (const [index, part] of parts.entries()) {
    later -= insteads[index] ?? 0
    const whole = size + part.text.length + 1 + later <= MOST_CHARACTERS
    const text = whole ? part.text : part.instead
    if (size + text.length + 1 > MOST_CHARACTERS) {
      kept.push(left(parts.length - index))
      break
    }
    kept.push(text)
    size += text.length + 1
  }
  return [...kept, foot].join('\n')
}
