import type { Place } from './place.ts'

// The place of an offset in one file.
export type LineIndex = (offset: number) => Place

// Where lines begin; \n, \r\n and \r end a line, as in YAML.
export function indexLines(file: string, source: string): LineIndex {
  const starts = [0]
  for (const match of source.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: offset - starts[low]! + 1 }
  }
}
