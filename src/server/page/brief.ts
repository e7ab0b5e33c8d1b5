import { onOneLine } from '../../model/printable.ts'

// The text on one line, cleaned, at most so many characters.
export function brief(text: string, most: number): string {
  const line = onOneLine(text.slice(0, most * 8))
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

// As people say a commit.
export function shortCommit(commit: string): string {
  return brief(commit, 40).slice(0, 8)
}

// One part of a path on this server, whatever it is made of.
export function inPath(part: string): string {
  return encodeURIComponent(part.slice(0, 200).replace(/\p{Surrogate}/gu, '\ufffd'))
}
