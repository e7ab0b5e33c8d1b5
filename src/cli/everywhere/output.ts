// What a command answers goes to stdout, what it tells meanwhile to stderr.

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
}

// The one JSON document of `--json`.
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
}

export function tell(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
}
