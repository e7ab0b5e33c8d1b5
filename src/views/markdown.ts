import { cleanOfEscapes, onOneLine } from '../model/printable.ts'

// Nothing that came from a server or a file can break out of its place, make a link, mention somebody or close an issue:
// what follows @ or # is kept apart by a character that nobody sees.
const APART = '&#8203;'

// Plain words inside Markdown, on one line.
export function prose(text: string): string {
  return htmlText(text.replaceAll('\u200b', ''))
    .replace(/[\\`*_[\]~|$]/g, '\\$&')
    .replace(/:\/\//g, `:${APART}//`)
}

// Plain words inside an HTML line (<summary>), where Markdown is not read.
export function htmlText(text: string): string {
  return onOneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/@/g, `@${APART}`)
    .replace(/(?<!&)#(?=\d)/g, `#${APART}`)
    .replace(/\bGH-(?=\d)|\bwww\./gi, (word) => `${word.slice(0, -1)}${APART}${word.slice(-1)}`)
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}

// A name as inline code, usable in a table, too.
export function code(text: string): string {
  const line = onOneLine(text).replace(/\|/g, '\\|')
  if (line === '') return '` `'
  const ticks = '`'.repeat(longestRun(line) + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${ticks}${pad}${line}${pad}${ticks}`
}

// Lines as a code block, the fence longer than any run of backticks inside.
export function fenced(lines: readonly string[], language: string): string {
  const text = cleanOfEscapes(lines.join('\n'))
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${ticks}${language}\n${text}\n${ticks}`
}
