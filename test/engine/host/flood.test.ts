import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { probeOf } from '../../../src/engine/host/probe.ts'
import { MOST_WITHOUT_CONTENTS } from '../../../src/facts/fact.ts'
import { FlightError } from '../../../src/model/errors.ts'
import type { FactName, FactQuery } from '../../../src/model/fact.ts'
import { someQueries } from '../../facts/queries.ts'
import { costsAtMost } from '../../support/cpu.ts'

// A server that answers with a flood costs no more than the bytes that came.

const SHAPES: Record<string, string> = {
  'empty lines': '\n',
  assignments: 'a=b\n',
  'blocks of one': 'k=v\n\n',
  titles: '[a]\n',
  columns: 'a\tb\tc\td\te\n',
  zeros: '\0',
  'marks of sections': '== x ==\n',
  numbers: '1 2 3\n',
}

const queries = someQueries('/x')
const sorts = [...new Set(queries.map(({ fact }) => fact))]

// What is made of so many characters of a flood in answer to one sort of question.
function answered(sort: FactName, of: string, size: number): () => string {
  const asked: FactQuery[] = queries.filter(({ fact }) => fact === sort)
  const { script, parse } = probeOf(asked)
  const [, mark = ''] = /@@ [0-9a-f]{24}/.exec(script)?.[0]?.split(' ') ?? []
  const output = Buffer.from(`${of.repeat(Math.ceil(size / of.length))}\n@@ ${mark}\n`)
  return () => {
    try {
      parse(output, 'web-1')
      return 'understood'
    } catch (error) {
      if (!(error instanceof FlightError)) throw error
      return error.message
    }
  }
}

for (const sort of sorts)
  test(`a megabyte of nonsense about ${sort} is answered for at once`, async () => {
    for (const [shape, of] of Object.entries(SHAPES))
      await costsAtMost(2500, answered(sort, of, 1024 * 1024), `${sort}: ${shape}`)
  })

test('what brings no contents is not even looked at beyond two megabytes', () => {
  const CONTENTS: readonly FactName[] = ['file', 'pushes', 'environment']
  for (const sort of sorts) {
    const said = answered(sort, 'k=v\n\n', MOST_WITHOUT_CONTENTS + 1)()
    if (!CONTENTS.includes(sort))
      assert.match(said, new RegExp(`web-1: answered what cannot be understood: \\d+ characters about ${sort}`))
    else assert.not.match(said, 'characters about')
  }
})

test.run()
