import { quote } from '../shell/quote.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// Whether groups of these names are there, in one getent for all.
export const groupFact: FactSort<'group'> = {
  shell: (queries) => `getent group -- ${queries.map((q) => quote(q.name)).join(' ')}`,
  parse(output, queries) {
    const lines = output.split('\n').filter((line) => line !== '')
    for (const line of lines) if (line.split(':').length !== 4) throw new BadAnswer(`group: ${JSON.stringify(line)}`)
    const names = new Set(lines.map((line) => line.split(':')[0]))
    return queries.map((q) => names.has(q.name))
  },
}
