// One word of a shell command line, safe in any position where a word may stand. The only way for a value into a shell.
export function quote(word: string): string {
  if (word.includes('\0')) throw new TypeError('a shell word cannot hold a NUL byte')
  return /^[A-Za-z0-9_/.:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

// A command line of several words.
export function words(...list: readonly string[]): string {
  return list.map(quote).join(' ')
}
