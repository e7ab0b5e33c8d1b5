import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { wantsColor } from '../../src/cli/everywhere/color.ts'
import { exitOfPlan } from '../../src/cli/everywhere/exit-codes.ts'
import { historyRow } from '../../src/operations/fleet/history.ts'
import type { ErrorCode, ServerProblem } from '../../src/model/errors.ts'
import type { Plan } from '../../src/model/plan.ts'
import { exitOfReceipt, type Receipt } from '../../src/model/receipt.ts'

test('a terminal gets colours unless it is dumb or they are not wanted', () => {
  const at = (env: NodeJS.ProcessEnv, isTerminal = true, noColor = false): boolean =>
    wantsColor({ env, isTerminal, noColor })
  assert.is(at({}), true)
  assert.is(at({ NO_COLOR: '' }), true)
  assert.is(at({ NO_COLOR: '1' }), false)
  assert.is(at({ TERM: 'dumb' }), false)
  assert.is(at({ FORCE_COLOR: '0' }), false)
  assert.is(at({ FORCE_COLOR: '1' }, false), true)
  assert.is(at({ FORCE_COLOR: '1' }, true, true), false)
})

function problem(code: ErrorCode): ServerProblem {
  return { code, server: 'web-1', where: 'web-1', what: 'is so' }
}

function plan(change: Partial<Plan>): Plan {
  return {
    format: 1,
    asked: {
      undertaking: 'configuration',
      scope: { clusters: [], apps: [], servers: [] },
      apps: true,
      serial: 'half',
      allow: [],
    },
    releases: [],
    definitions: '',
    digest: '',
    servers: [],
    missing: [],
    blocked: [],
    stages: [],
    ...change,
  }
}

test('what a plan comes to: missing before blocked before changes', () => {
  const changes = [{ name: 'provision', servers: [{ server: 'web-1', actions: [{} as never] }] }]
  assert.is(exitOfPlan(plan({}), true), 0)
  assert.is(exitOfPlan(plan({ stages: changes }), false), 0)
  assert.is(exitOfPlan(plan({ stages: changes }), true), 2)
  assert.is(exitOfPlan(plan({ stages: changes, blocked: [problem('FLIGHT_CONFLICT')] }), true), 1)
  assert.is(
    exitOfPlan(plan({ blocked: [problem('FLIGHT_CONFLICT')], missing: [problem('FLIGHT_UNREACHABLE')] }), true),
    6,
  )
})

test('after writing there are only 0, 1, 6, 7, 130 and 143', () => {
  const receipt = (change: Partial<Receipt>): Receipt => ({
    format: 1,
    plan: '',
    outcome: 'done',
    who: '',
    from: '',
    began: '',
    ended: '',
    seconds: 0,
    releases: [],
    servers: [],
    problems: [],
    ...change,
  })
  const away = { name: 'web-1', outcome: 'unreachable', converged: false, seconds: 0, actions: [] } as const
  assert.is(exitOfReceipt(receipt({}), undefined), 0)
  assert.is(exitOfReceipt(receipt({ servers: [away] }), undefined), 6)
  assert.is(exitOfReceipt(receipt({ outcome: 'failed' }), undefined), 1)
  assert.is(exitOfReceipt(receipt({ outcome: 'failed', problems: [problem('FLIGHT_STEP_FAILED')] }), undefined), 1)
  assert.is(exitOfReceipt(receipt({ outcome: 'failed', problems: [problem('FLIGHT_CONNECTION_LOST')] }), undefined), 6)
  assert.is(exitOfReceipt(receipt({ outcome: 'failed', problems: [problem('FLIGHT_STALE_PLAN')] }), undefined), 1)
  assert.is(exitOfReceipt(receipt({ outcome: 'interrupted' }), 143), 143)
  assert.is(exitOfReceipt(receipt({ outcome: 'interrupted' }), undefined), 130)
})

test('a line that a server did not keep in form is passed over', () => {
  const line = {
    when: '2026-01-02T03:04:05Z',
    who: 'ann',
    from: 'desk',
    what: 'apply',
    outcome: 'done',
    plan: 'sha256:1',
  }
  assert.equal(historyRow('web-1', JSON.stringify(line)), { server: 'web-1', ...line })
  for (const broken of ['', '{', 'null', '[]', '{"when":1}', JSON.stringify({ ...line, who: undefined })]) {
    assert.is(historyRow('web-1', broken), undefined)
  }
})

test.run()
