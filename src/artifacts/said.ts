import { briefly, cleanOfEscapes } from '../model/printable.ts'

const PROGRESS =
  /^(?:remote: )?(?:Enumerating|Counting|Compressing|Receiving|Resolving|Writing|Unpacking|Updating|Checking|Total)\b.*(?:\d|done)/

// Said after every failure over ssh, whatever the cause.
const ADVICE = /^(?:Please make sure you have the correct access rights|and the repository exists\.)$/

// The lines of a program that are not progress, cleaned.
export function lastLines(text: string): string[] {
  return text
    .split(/[\r\n]/)
    .map((line) => cleanOfEscapes(line).trim())
    .filter((line) => line !== '')
}

// What git said in the end, on one line: its last words without progress.
export function saidBy(text: string): string {
  const lines = lastLines(text).filter((line) => !PROGRESS.test(line) && !ADVICE.test(line))
  return briefly(lines.slice(-4).join('; '))
}
