// A rule that is broken at an offset of what was read. Its words are constants: nothing of a value gets into them.
export type Fault = { offset: number; what: string; hint: string }

// Where a text begins and ends without the white space that PHP's trim takes away; a loop, because an expression would
// take a second for a megabyte of blanks.
export function trimmed(text: string, from: number, to: number): { start: number; end: number } {
  let start = from
  let end = to
  while (start < end && BLANK.has(text[start] as string)) start += 1
  while (end > start && BLANK.has(text[end - 1] as string)) end -= 1
  return { start, end }
}

const BLANK = new Set([' ', '\t', '\n', '\r', '\v'])
