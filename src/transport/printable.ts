// Control characters and terminal escape sequences, as a server could send them to play with the reader's terminal.
const ESCAPES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?/g
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

// The text of another program or server on one line, without anything that a terminal would obey, at most 500 characters.
export function printable(text: string): string {
  const plain = text.replace(ESCAPES, '').replace(/\s+/g, ' ').replace(CONTROLS, '').trim()
  return plain.length > 500 ? `${plain.slice(0, 500)}…` : plain
}
