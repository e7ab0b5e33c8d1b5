// What a server, a file or a plan contains may hold what a terminal would obey: escape sequences, other control characters,
// and the marks that turn the direction of text around and make it read as something that it is not.
const ESCAPES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

// The text without escape sequences and control characters; line ends (\n) and tabs stay.
export function cleanOfEscapes(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(ESCAPES, '').replace(CONTROLS, '')
}

// The text with every control character spelled out (\x1b, \u202e): for contents, where a reader must see that it is there.
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
