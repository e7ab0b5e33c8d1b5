// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

// Whether a text holds what a terminal or a configuration file would take for more than text.
export function hasControl(text: string): boolean {
  return text.search(CONTROL) >= 0
}

// The same text with every control character written out as \u009b.
export function printable(text: string): string {
  return text.replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
