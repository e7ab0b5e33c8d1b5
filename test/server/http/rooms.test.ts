import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rooms } from '../../../src/server/http/rooms.ts'

const LIMITS = { bodies: 3, bytes: 1000, patience: 2000 }

// Rooms with a clock that is set by hand, and who was dropped.
function at(limits = LIMITS) {
  const clock = { now: 0 }
  const dropped: string[] = []
  const all = rooms(limits, () => clock.now)
  const enter = (name: string) => all.enter(() => dropped.push(name))
  return { clock, dropped, enter }
}

test('while all are new nobody is dropped, and nobody more enters', () => {
  const { clock, dropped, enter } = at()
  for (const name of ['a', 'b', 'c']) assert.ok(enter(name) !== undefined)
  clock.now = 2000
  assert.is(enter('d'), undefined)
  assert.equal(dropped, [])
})

test('the slowest of those that had their time makes room, however many come', () => {
  const { clock, dropped, enter } = at()
  enter('slow')?.took(1)
  enter('fast')?.took(300)
  enter('silent')
  clock.now = 2001
  assert.ok(enter('one') !== undefined)
  assert.equal(dropped, ['silent'])
  assert.ok(enter('two') !== undefined)
  assert.equal(dropped, ['silent', 'slow'])
})

test('too many bytes: the slowest goes, and where all are new the one that brings them', () => {
  const { clock, dropped, enter } = at()
  const slow = enter('slow')
  slow?.took(400)
  clock.now = 5000
  enter('quick')?.took(700)
  assert.equal(dropped, ['slow'])
  enter('more')?.took(400)
  assert.equal(dropped, ['slow', 'more'])
})

test('who has left makes room once, and counts for nothing', () => {
  const { enter, dropped } = at({ ...LIMITS, bodies: 1 })
  const first = enter('first')
  first?.took(900)
  first?.leave()
  first?.leave()
  const second = enter('second')
  first?.took(900)
  second?.took(900)
  assert.is(enter('third'), undefined)
  assert.equal(dropped, [])
})

test.run()
