import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Problem } from '../../src/model/errors.ts'
import { problemsText } from '../../src/views/problems-text.ts'
import { isExpected } from './expected.ts'

const one: Problem = {
  code: 'FLIGHT_SCHEMA',
  where: 'apps/shop.yml:12:7',
  what: 'servers[1].queues[0].workers: must be >= 1, is 0',
  hint: 'leave the queue out to have no workers',
}

test('one problem is a sentence and its way out', () => {
  isExpected('problem.txt', `${problemsText([one], { color: false, width: 80 })}\n`)
})

test('forty problems stay readable and are counted', () => {
  const many = Array.from({ length: 40 }, (_, index): Problem => ({ ...one, where: `apps/shop.yml:${index + 1}:7` }))
  isExpected(
    'problems.txt',
    `${problemsText([...many, { code: 'FLIGHT_USAGE', where: '', what: 'no such flag: --frce' }], {
      color: false,
      width: 80,
    })}\n`,
  )
})

test('no escape sequence of a message is obeyed', () => {
  assert.is(
    problemsText([{ code: 'FLIGHT_LOCKED', where: 'a\u001b[1m', what: 'b\u001b]0;x\u0007\nc' }], { color: false }),
    '! a: b c (FLIGHT_LOCKED)',
  )
})

test.run()
