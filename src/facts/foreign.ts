import type { ForeignLine } from '../model/fact.ts'
import { FORGOTTEN, MANIFEST } from '../model/record.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// Configuration of others: FILE:LINE and the text, without the files that Flight wrote itself.
export const foreignFact: FactSort<'foreign'> = {
  shell: (queries) =>
    program('fact-foreign', {
      claims: queries.map(({ claim }) => claim),
      manifest: MANIFEST,
      forgotten: FORGOTTEN,
    }),
  parse(output, queries) {
    const [own = '', ...answers] = output.split('\0')
    const ours = new Set(own.split('\n'))
    return queries.map(({ claim }, index) => {
      const lines = (answers[index] ?? '').split('\n').filter((line) => line !== '')
      return lines
        .map(foreignLine)
        .filter((line) => ours.has(line.file) === (claim === 'flight-server-name'))
        .sort(byPlace)
    })
  },
}

// A folder's files come in any order.
function byPlace(a: ForeignLine, b: ForeignLine): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1
}

function foreignLine(text: string): ForeignLine {
  const match = /^(\/.+?):(\d+):(.*)$/.exec(text)
  if (match === null) throw new BadAnswer(`foreign: ${JSON.stringify(text.slice(0, 200))}`)
  return { file: match[1] as string, line: Number(match[2]), text: (match[3] as string).trim() }
}
