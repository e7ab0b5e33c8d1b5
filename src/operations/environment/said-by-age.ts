import { briefly } from '../../model/printable.ts'

// Why age refused: its last error, which begins so; behind it age says where to report what does not help.
export function agesError(said: string, files: readonly string[]): string {
  return linesAfter('age: error: ', said, files).at(-1) ?? 'age ended without a word'
}

// What age warns of, such as keys of a kind that it leaves out.
export function agesWarnings(said: string, files: readonly string[]): string[] {
  return linesAfter('age: warning: ', said, files)
}

function linesAfter(mark: string, said: string, files: readonly string[]): string[] {
  return said
    .split('\n')
    .flatMap((line) => (line.startsWith(mark) ? [briefly(withoutQuotes(line.slice(mark.length), files))] : []))
}

// age quotes what it does not understand, which may be content of a
// file; only names that it was given, and kinds of keys, are shown.
function withoutQuotes(line: string, files: readonly string[]): string {
  return line.replace(/"((?:[^"\\]|\\.)*)"?/g, (quoted, text: string) =>
    files.includes(text) || /^(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+$/.test(text) ? quoted : '"…"',
  )
}
