import { cleanOfEscapes } from '../../model/printable.ts'

const MARKUP = Symbol('markup')

// Markup that is safe to send. Nothing that was read from JSON can pass for it: its only key is a symbol.
export type Html = { readonly [MARKUP]: string }
export type Piece = Html | string | number | false | undefined | readonly Piece[]

// Whatever comes from elsewhere has an end; what is known to be long is cut earlier, where it is shown.
const MOST = 2000
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

// Markup whose values are cleaned, cut and escaped; they may stand between tags and in attributes with double quotes.
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  return { [MARKUP]: strings.reduce((text, string, index) => `${text}${markupOf(values[index - 1])}${string}`) }
}

export function markupOf(piece: Piece): string {
  if (piece === undefined || piece === false) return ''
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escaped(piece)
  if (MARKUP in piece) return piece[MARKUP]
  return piece.map(markupOf).join('')
}

function escaped(text: string): string {
  const part = text.length > MOST ? `${text.slice(0, MOST)}…` : text
  return cleanOfEscapes(part)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
}
