import { cleanOfEscapes, onOneLine } from '../model/printable.ts'

// Nothing that came from a server or a file can break out of its place, make a link, mention somebody or close an
// issue: what follows @ or # is kept apart by a character that nobody sees.
const APART = '&#8203;'

// Plain words inside Markdown, on one line.
export function prose(text: string): string {
  return harmless(text).replace(/[\\`*_[\]~|$]/g, '\\$&')
}

// Plain words inside an HTML line (<summary>): what Markdown could read there is written as numbers.
export function htmlText(text: string): string {
  return harmless(text).replace(/[\\`*_[\]~|$]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function harmless(text: string): string {
  return onOneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/@/g, `@${APART}`)
    .replace(/(?<!&)#(?=\d)/g, `#${APART}`)
    .replace(/:\/\//g, `:${APART}//`)
    .replace(/\bGH-(?=\d)|\bwww\./gi, (word) => `${word.slice(0, -1)}${APART}${word.slice(-1)}`)
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)
}

// A name as inline code in a cell of a table.
export function cell(text: string): string {
  return code(text).replace(/\|/g, '\\|')
}

// A name as inline code.
export function code(text: string): string {
  const line = onOneLine(text)
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
