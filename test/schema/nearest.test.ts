import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nearest } from '../../src/schema/nearest.ts'

const cases: [string, string[], string | undefined][] = [
  ['domians', ['domain', 'domains', 'redirects'], 'domains'],
  ['Cluster', ['cluster'], 'cluster'],
  ['stagign', ['production', 'staging'], 'staging'],
  ['zzz', ['php', 'ssh'], undefined],
  ['on', ['off', 'no'], 'no'],
  ['x', [], undefined],
  ['a'.repeat(1000), ['a'], undefined],
]

for (const [written, candidates, meant] of cases) {
  test(`${written.slice(0, 20)} among ${candidates.join(', ')} means ${String(meant)}`, () => {
    assert.is(nearest(written, candidates), meant)
  })
}

test('what is there is always its own nearest', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1 }), (words) => {
      const word = words[0] as string
      assert.is(nearest(word, [word])?.toLowerCase(), word.toLowerCase())
    }),
  )
})

test.run()
