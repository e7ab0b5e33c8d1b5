import type { FactAnswers, FactName, FactQuery } from '../model/fact.ts'

export type QueryOf<N extends FactName> = Extract<FactQuery, { fact: N }>

// One sort of fact: a shell text that answers all queries of its sort at once, and the parser of what it prints.
// The parser gets what an untrusted server answered: it throws BadAnswer instead of guessing.
export type FactSort<N extends FactName> = {
  shell(queries: readonly QueryOf<N>[]): string
  // Whether contents of files are among its answers. All others together stay below MOST_WITHOUT_CONTENTS.
  bringsContents?: true
  parse(output: string, queries: readonly QueryOf<N>[]): readonly FactAnswers[N][]
}

// In characters: fifty apps with all their releases need a tenth of it. What is larger costs more to take apart than
// anything that is asked is worth.
export const MOST_WITHOUT_CONTENTS = 2 * 1024 * 1024

// The server's answer is not of the agreed form. Only the beginning of what it printed is repeated.
export class BadAnswer extends Error {
  override name = 'BadAnswer'

  constructor(what: string) {
    super(what.slice(0, 300))
  }
}
