// A comment, a quoted word, the end of a statement, a word.
const TOKEN = /#.*|"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[;{}]|(?:\\[^]|\$\{|[^\s;{}\\])+/g

// The server_name statements in a configuration of nginx, each with the line on which it begins.
export function serverNamesIn(configuration: string): { line: number; text: string }[] {
  const found: { line: number; text: string }[] = []
  const text = configuration.replaceAll('\r\n', '\n')
  let words: { word: string; at: number }[] = []
  for (const { 0: word, index } of text.matchAll(TOKEN)) {
    if (word.startsWith('#')) continue
    if (!/^[;{}]$/.test(word)) {
      words.push({ word: word.replaceAll('\n', ' '), at: index })
      continue
    }
    const [first] = words
    if (first?.word.replace(/^["']|["']$/g, '') === 'server_name')
      found.push({ line: text.slice(0, first.at).split('\n').length, text: words.map((each) => each.word).join(' ') })
    words = []
  }
  return found
}
