export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function title(text: string): void {
  say(`\n== ${text}`)
}

export function since(began: number): string {
  return `in ${Math.round((Date.now() - began) / 1000)} s`
}
