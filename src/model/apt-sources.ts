import type { ForeignLine } from './fact.ts'

// One repository that a server's apt knows, and where it says so.
export type AptSource = { file: string; line: number; uris: readonly string[]; suites: readonly string[] }

// The repositories in lines of sources.list (one-line and deb822
// form, see sources.list(5)), as far as they are enabled.
export function aptSourcesIn(lines: readonly ForeignLine[]): AptSource[] {
  const oneLine = lines.flatMap((line) => {
    const match = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line.text)
    return match === null
      ? []
      : [{ file: line.file, line: line.line, uris: [match[1] as string], suites: [match[2] as string] }]
  })
  const files = [...new Set(lines.filter((line) => line.file.endsWith('.sources')).map((line) => line.file))]
  return [...oneLine, ...files.flatMap((file) => stanzasOf(lines.filter((line) => line.file === file)))]
}

// The fields of each stanza come once each; a field that repeats begins the next stanza.
function stanzasOf(lines: readonly ForeignLine[]): AptSource[] {
  const stanzas: Map<string, ForeignLine>[] = []
  for (const line of lines) {
    const field = /^([A-Za-z-]+):/.exec(line.text)?.[1]?.toLowerCase()
    if (field === undefined) continue
    let stanza = stanzas.at(-1)
    if (stanza === undefined || stanza.has(field)) stanzas.push((stanza = new Map()))
    stanza.set(field, line)
  }
  return stanzas.flatMap((stanza) => {
    const uris = stanza.get('uris')
    if (uris === undefined || /:\s*(no|false|0|off)\s*$/i.test(stanza.get('enabled')?.text ?? '')) return []
    return [{ file: uris.file, line: uris.line, uris: valuesOf(uris), suites: valuesOf(stanza.get('suites')) }]
  })
}

function valuesOf(line: ForeignLine | undefined): string[] {
  return line === undefined
    ? []
    : line.text
        .replace(/^[^:]*:/, '')
        .split(/\s+/)
        .filter((word) => word !== '')
}
