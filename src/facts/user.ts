import { quote } from '../shell/quote.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// Entries of the user database, in one getent for all.
export const userFact: FactSort<'user'> = {
  shell: (queries) => `getent passwd -- ${queries.map((q) => quote(q.name)).join(' ')}`,
  parse(output, queries) {
    const users = new Map<string, { uid: number; gid: number; home: string; shell: string }>()
    for (const line of output.split('\n')) {
      if (line === '') continue
      const [name, , uid, gid, , home, shell] = line.split(':')
      if (
        name === undefined ||
        home === undefined ||
        shell === undefined ||
        !/^\d+$/.test(uid ?? '') ||
        !/^\d+$/.test(gid ?? '')
      ) {
        throw new BadAnswer(`user: ${JSON.stringify(line)}`)
      }
      users.set(name, { uid: Number(uid), gid: Number(gid), home, shell })
    }
    return queries.map((q) => users.get(q.name))
  },
}
