import { cleanOfEscapes } from '../../model/printable.ts'

// What the tags in the pages become (tsconfig.json, jsxImportSource). A value between tags or in an attribute is
// cleaned, cut and escaped; nothing passes for markup but what was made here.

const MARKUP = Symbol('markup')

// Markup that is safe to send. Nothing that was read from JSON can pass for it: its only key is a symbol.
export type Html = { readonly [MARKUP]: string }
// What may stand between tags.
export type Piece = Html | string | number | boolean | undefined | readonly Piece[]

// Whatever comes from elsewhere has an end; what is known to be long is cut earlier, where it is shown.
const MOST = 2000
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const EMPTY = new Set(['circle', 'input', 'line', 'link', 'meta', 'path', 'rect'])

// A tag with its attributes; those that are false or undefined are left out, and one that is true has no value.
export function jsx(tag: string | typeof Fragment, { children, ...attributes }: Attributes): Html {
  if (typeof tag !== 'string') return tag({ children })
  let text = `<${tag}`
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') text += ` ${name}="${escaped(value)}"`
    else if (typeof value === 'number') text += ` ${name}="${value}"`
    else if (value === true) text += ` ${name}`
  }
  return { [MARKUP]: EMPTY.has(tag) ? `${text} />` : `${text}>${markupOf(children)}</${tag}>` }
}

export { jsx as jsxs }

// Several pieces without a tag around them.
export function Fragment({ children }: { children?: Piece }): Html {
  return { [MARKUP]: markupOf(children) }
}

// A piece as it is sent.
export function markupOf(piece: Piece): string {
  if (piece === undefined || typeof piece === 'boolean') return ''
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escaped(piece)
  if (MARKUP in piece) return piece[MARKUP]
  return piece.map(markupOf).join('')
}

// Printable ASCII that means nothing in markup: most texts are of it, and need no more than one look.
const PLAIN = /^[ !#-%(-;=?-~]*$/

function escaped(text: string): string {
  if (text.length <= MOST && PLAIN.test(text)) return text
  const part = text.length > MOST ? `${text.slice(0, MOST)}…` : text
  return cleanOfEscapes(part)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
}

// The tags that the pages are made of, and their attributes: no other compiles, none that runs something among them.
// (Names with a hyphen the compiler lets pass.)
type Tag =
  | ('a' | 'article' | 'b' | 'body' | 'button' | 'caption' | 'circle' | 'code' | 'dd' | 'details' | 'div' | 'dl' | 'dt')
  | ('figcaption' | 'figure' | 'footer' | 'form' | 'g' | 'h1' | 'h2' | 'h3' | 'head' | 'header' | 'html' | 'input')
  | ('label' | 'li' | 'line' | 'link' | 'main' | 'meta' | 'nav' | 'noscript' | 'ol' | 'p' | 'path' | 'pre' | 'rect')
  | ('script' | 'section' | 'span' | 'strong' | 'summary' | 'svg' | 'table' | 'tbody' | 'td' | 'text' | 'th' | 'thead')
  | ('time' | 'title' | 'tr' | 'ul')
type Attribute =
  | ('action' | 'autocapitalize' | 'autocomplete' | 'charset' | 'class' | 'content' | 'cx' | 'cy' | 'd' | 'datetime')
  | ('dx' | 'focusable' | 'for' | 'height' | 'href' | 'id' | 'lang' | 'maxlength' | 'method' | 'name' | 'open' | 'r')
  | ('rel' | 'required' | 'role' | 'rx' | 'scope' | 'spellcheck' | 'src' | 'tabindex' | 'title' | 'type' | 'value')
  | ('viewBox' | 'width' | 'x' | 'x1' | 'x2' | 'y' | 'y1' | 'y2')
type Attributes = { [name in Attribute]?: string | number | boolean | undefined } & { children?: Piece }

// What the compiler holds tags against.
export declare namespace JSX {
  type Element = Html
  type ElementType = Tag | typeof Fragment
  type ElementChildrenAttribute = { children: unknown }
  type IntrinsicElements = Record<Tag, Attributes>
}
