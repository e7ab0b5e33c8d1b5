import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compareEnvironments } from '../../src/environment/compare.ts'
import { changesSince, fingerprintOf, type Fingerprint } from '../../src/environment/fingerprint.ts'
import { environment, line } from './environments.ts'
import { costsAtMost } from '../support/cpu.ts'

const salt = Buffer.alloc(32, 7)
const kept = (text: string) => JSON.parse(JSON.stringify(fingerprintOf(environment(text), salt))) as Fingerprint

test('what changed since a fingerprint was taken is named by key', () => {
  const since = changesSince(kept('A=1\nB=2\nC=3\n'), environment('B=2\nC=4\nD=5\n'))
  assert.equal(since, { added: ['D'], removed: ['A'], changed: ['C'], identical: false })
})

test('nothing changed in the same file, and no key where only bytes did', () => {
  const nothing = { added: [], removed: [], changed: [] }
  assert.equal(changesSince(kept('A=1\n'), environment('A=1\n')), { ...nothing, identical: true })
  assert.equal(changesSince(kept('A=1\n'), environment('A="1"\n')), { ...nothing, identical: false })
})

test('it names nothing that did not change, and no change at all escapes it', () => {
  const files = fc.array(
    fc.tuple(
      fc.constantFrom('A', 'B', '__proto__'),
      fc.string({ maxLength: 3 }).filter((text) => !/[\r\n\0]/.test(text)),
    ),
    { maxLength: 4 },
  )
  const texts = files.map((all) => all.map(([key, value]) => line(key, value)).join(''))
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const since = changesSince(kept(a), environment(b))
      const truth = compareEnvironments(environment(a), environment(b))
      assert.equal({ ...since, changed: [] }, { ...truth, changed: [] })
      assert.equal(
        since.changed.filter((key) => !truth.changed.includes(key)),
        [],
      )
    }),
    { numRuns: 30 },
  )
})

test('many values of a dictionary have the tag of a short one', () => {
  const tag = (value: string) => fingerprintOf(environment(line('PIN', value)), salt).tags
  const all = tagsOfGuesses()
  const mine = all.get('1234') as string
  assert.equal(tag('1234'), [['PIN', mine]])
  assert.ok([...all.values()].filter((one) => one === mine).length >= 10)
})

// The tags of 100,000 guesses, made as a guesser would: from the record's salt, without the cost of the whole file.
function tagsOfGuesses(): Map<string, string> {
  const guesses = Array.from({ length: 100_000 }, (_, index) => String(index))
  return new Map(
    guesses.map((guess) => [guess, createHmac('sha256', salt).update(`PIN\0${guess}\0`).digest('hex').slice(0, 3)]),
  )
}

test('equal values have other tags under other keys and other salts', () => {
  const two = fingerprintOf(environment('A=secret\nB=secret\n'), salt)
  const other = fingerprintOf(environment('A=secret\nB=secret\n'), Buffer.alloc(32, 8))
  assert.is.not(two.tags[0]?.[1], two.tags[1]?.[1])
  assert.is.not(two.tags[0]?.[1], other.tags[0]?.[1])
  assert.is.not(two.content, other.content)
})

test('a salt of another length is a bug', () => {
  assert.throws(() => fingerprintOf(environment(''), Buffer.alloc(16)), /32 bytes/)
})

test('5,000 keys cost well under a second', async () => {
  const text = Array.from({ length: 5000 }, (_, index) => `KEY_${index}=value-${index}\n`).join('')
  await costsAtMost(900, () => assert.ok(changesSince(kept(text), environment(text)).identical))
})

test.run()
