import type { ManifestFact } from '../model/fact.ts'
import { FORGOTTEN, MANIFEST } from '../model/record.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// What Flight wrote on the server: lines of `sha256 TAB scope TAB path`, appended; the last line of a path counts.
export const manifestFact: FactSort<'manifest'> = {
  shell: () => `cat ${MANIFEST} 2>/dev/null`,
  parse(output, queries) {
    const entries = parseManifest(output)
    return queries.map(() => entries)
  },
}

export function parseManifest(text: string): ManifestFact {
  const entries = new Map<string, ManifestFact[number]>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [sha256, scope, path, ...rest] = line.split('\t')
    // A line that a power cut left half written says nothing.
    if (sha256 === undefined || scope === undefined || path === undefined || rest.length > 0) continue
    if (!/^[0-9a-f]{64}$/.test(sha256) || !path.startsWith('/'))
      throw new BadAnswer(`manifest: ${JSON.stringify(line.slice(0, 200))}`)
    if (scope === FORGOTTEN) entries.delete(path)
    else entries.set(path, { sha256, scope, path })
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}
