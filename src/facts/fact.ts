import type { FactAnswers, FactName, FactQuery } from '../model/fact.ts'

export type QueryOf<N extends FactName> = Extract<FactQuery, { fact: N }>

// One sort of fact: a shell text that answers all queries of its sort at once, and the parser of what it prints.
// The parser gets what an untrusted server answered: it throws BadAnswer instead of guessing.
export type FactSort<N extends FactName> = {
  shell(queries: readonly QueryOf<N>[]): string
  parse(output: string, queries: readonly QueryOf<N>[]): readonly FactAnswers[N][]
}

// The server's answer is not of the agreed form. Only the beginning of what it printed is repeated.
export class BadAnswer extends Error {
  override name = 'BadAnswer'

  constructor(what: string) {
    super(what.slice(0, 300))
  }
}
