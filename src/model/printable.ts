// What a server, a file or a plan contains may hold what a terminal would obey: escape sequences, other control
// characters, and the marks that turn the direction of text around and make it read as something that it is not.
const ESC = '\\u001b'
const ESCAPES = new RegExp(
  [
    `(?:${ESC}\\[|\\u009b)[0-?]*[ -/]*[@-~]`, // colours, cursor movement, clearing
    // titles, links, clipboard
    `(?:${ESC}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007${ESC}\\u009c\\n]*(?:\\u0007|${ESC}\\\\|\\u009c)?`,
    `${ESC}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
)
const CONTROLS = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

// The text without escape sequences and control characters; line ends (\n) and tabs stay.
export function cleanOfEscapes(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(ESCAPES, '').replace(CONTROLS, '')
}

// The text with every control character spelled out (\x1b,
// \u202e): for contents, where a reader must see that it is there.
export function spelledOut(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0)
    return code === 13 ? '\\r' : code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

// The text on one line, cleaned.
export function onOneLine(text: string): string {
  return cleanOfEscapes(text).replace(/\s+/g, ' ').trim()
}

// The text of another program or server on one line, cleaned, at most 500 characters.
export function briefly(text: string): string {
  const line = onOneLine(text)
  return line.length > 500 ? `${line.slice(0, 500)}…` : line
}
