import { Secret } from '../model/secret.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// The largest environment file that is taken; the parser refuses what is larger.
const MOST = 1_048_576

const OTHERS: Readonly<Record<string, string>> = {
  link: 'a link: whoever follows it reads another file',
  other: 'no file',
  unreadable: "nothing that the app's own user may read",
  large: 'larger than 1 MB',
}

// Environment files, each read by its app's user alone.
export const environmentFact: FactSort<'environment'> = {
  bringsContents: true,
  shell: (queries) =>
    program('fact-environment', { files: queries.map(({ app, path }) => `${app} ${path}`), most: MOST + 1 }),

  parse(output, queries) {
    const lines = output.split('\n').filter((line) => line !== '')
    if (lines.length !== queries.length)
      throw new BadAnswer(`environment: ${lines.length} answers to ${queries.length} questions`)
    return lines.map((line) => {
      const [is = '', base64 = ''] = line.split(' ')
      if (is === 'absent') return { is: 'absent' }
      if (is === 'file' && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
        return Buffer.byteLength(base64, 'base64') > MOST
          ? { is: 'other', what: OTHERS['large'] as string }
          : { is: 'file', base64: new Secret(base64) }
      }
      const what = OTHERS[is]
      if (what === undefined) throw new BadAnswer('environment: neither a file nor why there is none')
      return { is: 'other', what }
    })
  },
}
