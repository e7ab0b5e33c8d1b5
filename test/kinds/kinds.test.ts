import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { actionOf, differenceOf, factsOfResource, stepsOf } from '../../src/engine/compare.ts'
import { factsOf } from '../../src/engine/probe.ts'
import { KINDS } from '../../src/kinds/kinds.ts'
import type { FactAnswers, FactName } from '../../src/model/fact.ts'
import { factId } from '../../src/model/fact.ts'
import type { Json } from '../../src/model/json.ts'
import type { KindName, Resource } from '../../src/model/resource.ts'

// KIND/CASE.json: what is wanted, what the server answers by question, and then one of
// action { verb, before, because } with its steps, same (why), conflict { what, where, hint }.
type Case = {
  desired: Json
  facts: Record<string, FactAnswers[FactName] | null> // by question; null: the answer is undefined
  action?: { verb: string; before: Json; because: string[] }
  steps?: Json
  same?: string
  conflict?: { what: string; where: string; hint: string }
}

const folder = fileURLToPath(new URL('.', import.meta.url))
const kinds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name as KindName).sort()

test('every kind has cases', () => {
  assert.equal(kinds, Object.keys(KINDS).sort())
})

for (const kind of kinds) {
  for (const file of readdirSync(join(folder, kind)).sort()) {
    const expected = JSON.parse(readFileSync(join(folder, kind, file), 'utf8')) as Case
    test(`${kind}: ${file.replace('.json', '').replaceAll('-', ' ')}`, () => {
      const resource = { kind, name: 'it', feature: 'a feature', desired: expected.desired } as unknown as Resource
      const queries = factsOfResource(resource)
      assert.equal(Object.keys(expected.facts).sort(), [...new Set(queries.map(factId))].sort(), 'asks for exactly these facts')
      const facts = factsOf(queries.map((query) => [query, answered(expected.facts[factId(query)])] as const))
      const difference = differenceOf(resource, facts)
      assert.is(difference.is, expected.action !== undefined ? 'change' : expected.conflict !== undefined ? 'conflict' : 'same')
      if (difference.is === 'same') return assert.is(difference.why, expected.same)
      if (difference.is === 'conflict') return assert.equal({ what: difference.what, where: difference.where, hint: difference.hint }, expected.conflict)
      const { verb, before, because } = difference.change
      assert.equal(plain({ verb, before, because }), expected.action)
      assert.equal(plain(stepsOf(actionOf('web-1', resource, difference))), expected.steps)
    })
  }
}

// JSON has no undefined: members that are left out, and a whole answer that is null.
function answered(value: FactAnswers[FactName] | null | undefined): FactAnswers[FactName] | undefined {
  return value ?? undefined
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

test.run()
