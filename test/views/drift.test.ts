import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { driftOf } from '../../src/views/drift.ts'
import { driftJunit } from '../../src/views/drift-junit.ts'
import { driftMarkdown } from '../../src/views/drift-markdown.ts'
import { driftText } from '../../src/views/drift-text.ts'
import { isExpected } from './expected.ts'
import { configured, everything, quietPlan } from './fleet.ts'
import { HOSTILE } from './hostile.ts'
import { aFile, aPlan, aServer, changed } from './plans.ts'

test('drift as text, Markdown, JUnit and JSON', () => {
  isExpected('drift.txt', driftText(everything(), { color: false, width: 80 }))
  isExpected('drift.md', driftMarkdown(everything()))
  isExpected('drift.xml', driftJunit(everything()))
  isExpected('drift.json', `${JSON.stringify(driftOf(everything()), null, 2)}\n`)
  isExpected('no-drift.txt', driftText(quietPlan(), { color: false, width: 80 }))
  isExpected('drift-configured.txt', driftText(configured(), { color: false, width: 80 }))
})

test('what is left over is told without drift, too, and is none', () => {
  const plan = { ...configured(), stages: [] }
  assert.is(driftOf(plan).outcome, 'none')
  isExpected('no-drift-with-leftovers.txt', driftText(plan, { color: false, width: 80 }))
  isExpected('no-drift-with-leftovers.md', driftMarkdown(plan))
  assert.equal(driftOf(plan).servers[1]?.leftovers, configured().servers[1]?.leftovers)
})

test('a server that could not be asked makes the report incomplete, and wins over drift', () => {
  assert.is(driftOf(everything()).outcome, 'incomplete')
  assert.is(driftOf({ ...everything(), missing: [] }).outcome, 'drift')
  assert.is(driftOf(quietPlan()).outcome, 'none')
})

test('JUnit stays XML, whatever a server says', () => {
  for (const bad of HOSTILE) {
    const file = changed('web-1', aFile(`/etc/${bad}`, 'a'), 'b', {
      because: [{ code: 'differs', text: bad }],
      feature: bad,
    })
    const plan = aPlan({
      servers: [aServer('web-1')],
      missing: [{ code: 'FLIGHT_UNREACHABLE', server: 'web-2', where: 'web-2', what: bad, hint: bad }],
      stages: [{ name: 'x', servers: [{ server: 'web-1', actions: [file] }] }],
    })
    const xml = driftJunit(plan)
    const text = xml.replace(
      /<\/?(\?xml|testsuites|testsuite|testcase|failure|error)( [a-z]+="[^"<>]*")*( ?\/|\?)?>/g,
      '',
    )
    assert.not.match(text, /[<>]|&(?!(amp|lt|gt|quot|apos|#\d+);)/, bad)
    assert.not.match(xml, /[\ufffe\uffff]|[\ud800-\udfff]/)
  }
})

test.run()
