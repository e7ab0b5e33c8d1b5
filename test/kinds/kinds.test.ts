import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { actionOf, differenceOf, factsOfResource, stepsOf, undoOf } from '../../src/engine/compare.ts'
import { factsOf } from '../../src/engine/host/probe.ts'
import { KINDS } from '../../src/kinds/kinds.ts'
import type { FactAnswers, FactName } from '../../src/model/fact.ts'
import { factId } from '../../src/model/fact.ts'
import type { Json } from '../../src/model/json.ts'
import { Secret } from '../../src/model/secret.ts'
import type { KindName, Resource } from '../../src/model/resource.ts'

// KIND/CASE.json: what is wanted, what the server answers by question, and then one of action { verb, before, because }
// with its steps, same (why), conflict { what, where, hint, code }. Where `undo` stands too, these steps take the
// action back because "it failed"; where `notes` or `passing` stand, they are said of it, or of what is the same.
type Case = {
  desired: Json
  facts: Record<string, FactAnswers[FactName] | null> // by question; null: the answer is undefined
  action?: { verb: string; before: Json; because: string[] }
  steps?: Json
  undo?: Json
  notes?: readonly string[]
  passing?: readonly string[]
  same?: string
  conflict?: { what: string; where: string; hint: string; code?: string }
}

const folder = fileURLToPath(new URL('.', import.meta.url))
const kinds = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name as KindName)
  .sort()

test('every kind has cases', () => {
  assert.equal(kinds, Object.keys(KINDS).sort())
})

test('every kind has its action in the schema of plans and its row in FORMAT.md; a push is in no file', () => {
  const read = (path: string) => readFileSync(join(folder, '../..', path), 'utf8')
  const [schema, format] = [read('schemas/plan.json'), read('plans/FORMAT.md')]
  const missing = kinds.filter((kind) => !schema.includes(`"const": "${kind}"`) || !format.includes(`\`${kind}\``))
  assert.equal(missing, ['push'])
})

for (const kind of kinds) {
  for (const file of readdirSync(join(folder, kind)).sort()) {
    const expected = JSON.parse(readFileSync(join(folder, kind, file), 'utf8')) as Case
    test(`${kind}: ${file.replace('.json', '').replaceAll('-', ' ')}`, () => {
      const resource = { kind, name: 'it', feature: 'a feature', desired: expected.desired } as unknown as Resource
      const queries = factsOfResource(resource)
      assert.equal(
        Object.keys(expected.facts).sort(),
        [...new Set(queries.map(factId))].sort(),
        'asks for exactly these facts',
      )
      const facts = factsOf(queries.map((query) => [query, answered(expected.facts[factId(query)])] as const))
      const difference = differenceOf(resource, facts)
      assert.is(
        difference.is,
        expected.action !== undefined ? 'change' : expected.conflict !== undefined ? 'conflict' : 'same',
      )
      for (const remark of ['notes', 'passing'] as const)
        if (expected[remark] !== undefined)
          assert.equal(difference.is === 'conflict' ? undefined : difference[remark], expected[remark])
      if (difference.is === 'same') return assert.is(difference.why, expected.same)
      if (difference.is === 'conflict')
        return assert.equal(
          plain({ what: difference.what, where: difference.where, hint: difference.hint, code: difference.code }),
          expected.conflict,
        )
      const { verb, before, because } = difference.change
      assert.equal(plain({ verb, before, because }), expected.action)
      const action = actionOf('web-1', resource, difference)
      assert.equal(plain(stepsOf(action)), expected.steps)
      if (expected.undo !== undefined) assert.equal(plain(undoOf(action, 'it failed')), expected.undo)
    })
  }
}

// JSON has no undefined: members that are left out, and a whole answer that is null. It has no secrets either.
function answered(value: FactAnswers[FactName] | null | undefined): FactAnswers[FactName] | undefined {
  if (typeof value === 'object' && value !== null && 'base64' in value)
    return { is: 'file', base64: new Secret(String(value.base64)) }
  return value ?? undefined
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

test.run()
