import { onOneLine } from './printable.ts'

// 1 file, 3 files.
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

// The first names of a list and how many more there are: web-1, web-2 and 48 more.
export function names(list: readonly string[], most: number): string {
  const shown = list.length <= most + 1 ? list : list.slice(0, most)
  const text = shown.map(onOneLine).join(', ')
  return shown.length === list.length ? text : `${text} and ${list.length - shown.length} more`
}

// The same list without repetitions, in an order that no locale changes.
export function sorted(list: Iterable<string>): string[] {
  return [...new Set(list)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

// The lines of a content: an ending newline begins none.
export function linesOf(content: string): string[] {
  return content === '' ? [] : (content.endsWith('\n') ? content.slice(0, -1) : content).split('\n')
}
