import { randomBytes } from 'node:crypto'
import { BadAnswer, type FactSort, MOST_WITHOUT_CONTENTS } from '../../facts/fact.ts'
import { FACT_SORTS } from '../../facts/sorts.ts'
import { FlightError, onServer } from '../../model/errors.ts'
import { type FactAnswers, type FactName, type FactQuery, type Facts, factId } from '../../model/fact.ts'

// One script that reads all facts of a server at once, and what understands its answer.
export type Probe = { script: string; parse(output: Buffer, server: string): Facts }

// Each sort answers in a section of its own; the mark between them is not known beforehand to anything on the server.
export function probeOf(queries: readonly FactQuery[]): Probe {
  const mark = `@@ ${randomBytes(12).toString('hex')}`
  const unique = [...new Map(queries.map((query) => [factId(query), query])).values()]
  const sections = (Object.keys(FACT_SORTS) as FactName[])
    .map((sort) => ({
      name: sort,
      sort: FACT_SORTS[sort] as FactSort<FactName>,
      queries: unique.filter((query) => query.fact === sort),
    }))
    .filter((section) => section.queries.length > 0)
  return {
    script: sections.map((section) => `${section.sort.shell(section.queries)}\nprintf '\\n${mark}\\n'`).join('\n'),
    parse(output, server) {
      const texts = output.toString('utf8').split(`\n${mark}\n`)
      try {
        if (texts.length !== sections.length + 1)
          throw new BadAnswer(`${texts.length - 1} of ${sections.length} answers`)
        const answers = sections.flatMap((section, index) => {
          const text = texts[index] as string
          if (section.sort.bringsContents !== true && text.length > MOST_WITHOUT_CONTENTS)
            throw new BadAnswer(`${text.length} characters about ${section.name}`)
          const parsed = section.sort.parse(text, section.queries)
          return section.queries.map((query, at) => [query, parsed[at]] as const)
        })
        return factsOf(answers)
      } catch (error) {
        if (!(error instanceof BadAnswer)) throw error
        throw new FlightError({
          code: 'FLIGHT_SERVER_ANSWER',
          ...onServer(server),
          what: `answered what cannot be understood: ${error.message}`,
          hint: 'look at the server by hand: `flight doctor` shows what is asked there',
        })
      }
    },
  }
}

// Answers by question. Asking for what was not probed is a bug of Flight.
export function factsOf(answers: Iterable<readonly [FactQuery, FactAnswers[FactName] | undefined]>): Facts {
  const byId = new Map<string, FactAnswers[FactName] | undefined>()
  for (const [query, answer] of answers) byId.set(factId(query), answer)
  return {
    get<Q extends FactQuery>(query: Q) {
      const id = factId(query)
      if (!byId.has(id)) throw new Error(`bug: the fact "${id}" was not asked for`)
      return byId.get(id) as FactAnswers[Q['fact']]
    },
  }
}
