const ESC = '\\u001b'

// Terminal escape sequences, as a server could send them to play with the reader's terminal: CSI, then strings such as
// OSC (titles, links, clipboard), then the short ones.
const SEQUENCES = new RegExp(
  [`${ESC}\\[[0-?]*[ -/]*[@-~]`, `${ESC}[\\]PX^_][^\\u0007\\u001b]*(?:\\u0007|${ESC}\\\\)?`, `${ESC}[ -/]*[0-~]?`].join('|'),
  'g',
)

// The text of another program or server on one line, without anything that a terminal would obey, at most 500 characters.
export function printable(text: string): string {
  const plain = text.replace(SEQUENCES, '').replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '').trim()
  return plain.length > 500 ? `${plain.slice(0, 500)}…` : plain
}
