import type { PushFact, PushesFact } from '../model/fact.ts'
import { PUSH_ID } from '../model/push.ts'
import { ENVIRONMENTS } from '../model/record.ts'
import { Secret } from '../model/secret.ts'
import { program } from '../shell/program.ts'
import { BadAnswer, type FactSort } from './fact.ts'

// What root noted of the pushes of apps. The bytes that the last one replaced come along where they are asked for.
export const pushesFact: FactSort<'pushes'> = {
  bringsContents: true,
  shell: (queries) =>
    program('fact-pushes', {
      apps: queries.map(({ app, previous }) => `${app} ${previous ? 1 : 0}`),
      environments: ENVIRONMENTS,
    }),

  parse(output, queries) {
    const answers = output.split(/^app\t/m).slice(1)
    if (answers.length !== queries.length)
      throw new BadAnswer(`pushes: ${answers.length} answers to ${queries.length} questions`)
    return answers.map((answer, index) => factOf(queries[index]?.app ?? '', answer.split('\n')))
  },
}

function factOf(app: string, [first = '', ...lines]: readonly string[]): PushesFact {
  const [said, at = ''] = first.split('\t')
  if (said !== app || !(at === '' || PUSH_ID.test(at))) throw new BadAnswer('pushes: not what was asked for')
  const pushes: PushFact[] = []
  let previous: Secret | undefined
  for (const line of lines) {
    if (line === '') continue
    const [sort, value = '', marks = '', undoes = ''] = line.split('\t')
    // What else lies there is somebody's.
    if (sort === 'push' && !PUSH_ID.test(value)) continue
    if (sort === 'push' && (undoes === '' || PUSH_ID.test(undoes)))
      pushes.push({
        id: value,
        undoes: undoes === '' ? null : undoes,
        armed: marks.includes(' armed'),
        stuck: marks.includes(' stuck'),
        confirmed: marks.includes(' confirmed'),
        settled: marks.includes(' settled'),
      })
    else if (sort === 'previous' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) previous = new Secret(value)
    else throw new BadAnswer(`pushes: a line that begins with ${JSON.stringify((sort ?? '').slice(0, 20))}`)
  }
  return { at: at === '' ? undefined : at, pushes: pushes.sort((a, b) => (a.id < b.id ? -1 : 1)), previous }
}
