import { primaryFingerprints } from '../model/openpgp.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// The largest keyring that is looked at.
const MOST_KEY = 262_144

// The fingerprints of the keys in a keyring file.
export const keyFact: FactSort<'key'> = {
  shell: (queries) => program('fact-key', { paths: queries.map(({ path }) => path), most: MOST_KEY }),
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
