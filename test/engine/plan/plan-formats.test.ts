import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical } from '../../../src/engine/digest.ts'
import { readPlan, readShownPlan } from '../../../src/engine/plan/plan-file.ts'
import { withDigest } from '../../../src/engine/plan/plan-of.ts'
import { FlightError } from '../../../src/model/errors.ts'
import type { Plan } from '../../../src/model/plan.ts'
import { planMarkdown } from '../../../src/views/plan-markdown.ts'
import { planText } from '../../../src/views/plan-text.ts'

// What `flight plan` wrote before reasons had codes.
const OLD = readFileSync(new URL('../../fixtures/plans/format-1.json', import.meta.url), 'utf8')

function refused(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    const [problem] = error.problems
    return `${error.exit} ${problem?.code}: ${problem?.what}; ${problem?.hint}`
  }
  throw new Error('nothing was refused')
}

test('a plan of format 1 is never applied: plan again', () => {
  assert.is(
    refused(() => readPlan(OLD, 'plan.json')),
    '3 FLIGHT_PLAN_FORMAT: has format 1, which is shown and not applied any more; plan again',
  )
})

test('a plan of format 1 is shown with its reasons, and says that it is not applied', () => {
  const { plan, value } = readShownPlan(OLD, 'plan.json')
  assert.is(canonical(value), OLD.trimEnd(), 'as JSON it is what is written')
  for (const shown of [planText(plan, { color: false, width: 200, file: 'plan.json' }), planMarkdown(plan)]) {
    assert.match(shown, /because the definition changed/)
    assert.match(shown, /It has format 1, which this version shows and does not apply: plan again/)
    assert.not.match(shown, /flight apply/)
    assert.match(shown, plan.digest.slice('sha256:'.length, 'sha256:'.length + 12))
  }
})

test('a plan of format 1 that was changed after it was made is not even shown', () => {
  assert.match(
    refused(() => readShownPlan(OLD.replace('opcache', 'opCache'), 'plan.json')),
    /^3 FLIGHT_PLAN_EDITED/,
  )
})

test('a plan of format 2 without codes, or of format 1 with them, is refused', () => {
  const { digest: _digest, ...body } = JSON.parse(OLD) as Plan
  for (const wrong of [
    withDigest({ ...body, format: 2 }),
    withDigest({ ...readShownPlan(OLD, 'plan.json').plan, format: 1 }),
  ])
    assert.match(
      refused(() => readShownPlan(canonical(wrong), 'plan.json')),
      /^3 FLIGHT_PLAN_/,
    )
})

test.run()
