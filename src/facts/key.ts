import { primaryFingerprints } from '../model/openpgp.ts'
import { linesTo } from '../shell/document.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// The largest keyring that is looked at.
const MOST_KEY = 262_144

// The fingerprints of the keys in a keyring file.
export const keyFact: FactSort<'key'> = {
  shell: (queries) =>
    linesTo(
      `while IFS= read -r p; do [ -f "$p" ] && { printf '%s\\t' "$p"; head -c ${MOST_KEY} -- "$p" | base64 -w0; ` +
        `printf '\\n'; }; done`,
      queries.map((q) => q.path),
    ),
  parse(output, queries) {
    const keys = new Map<string, readonly string[]>()
    for (const line of output.split('\n')) {
      if (line === '') continue
      const [path, encoded] = line.split('\t')
      if (path === undefined || encoded === undefined) throw new BadAnswer('key')
      keys.set(path, primaryFingerprints(Buffer.from(encoded, 'base64')))
    }
    return queries.map((q) => {
      const fingerprints = keys.get(q.path)
      return fingerprints === undefined ? undefined : { fingerprints }
    })
  },
}
