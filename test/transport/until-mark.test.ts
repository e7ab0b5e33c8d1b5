import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { UntilMark } from '../../src/transport/until-mark.ts'
import { costsAtMost } from '../support/cpu.ts'

const MARK = '\nflight-0f 1 '

// What is taken when the bytes come in pieces of these sizes.
function taken(text: string, sizes: readonly number[]): { before: string; rest: string } | undefined {
  const side = new UntilMark()
  const bytes = Buffer.from(text, 'latin1')
  let found: { before: Buffer; rest: string } | undefined
  for (let at = 0, turn = 0; at < bytes.length && found === undefined; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    side.add(bytes.subarray(at, at + size))
    at += size
    found = side.cutLine(Buffer.from(MARK))
  }
  return found === undefined ? undefined : { before: found.before.toString('latin1'), rest: found.rest }
}

test('a mark is found wherever the pieces end, and everything before it is whole', () => {
  const part = fc.array(fc.constantFrom('\n', 'flight-0f', ' ', '1', 'x', MARK.slice(0, 6)), { maxLength: 12 })
  fc.assert(
    fc.property(part, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (parts, sizes) => {
      const before = parts.join('')
      const first = `${before}${MARK}`.indexOf(MARK)
      assert.equal(taken(`${before}${MARK}0\nmore`, sizes), {
        before: `${before}${MARK}`.slice(0, first),
        rest: `${before}${MARK}0\n`
          .slice(first + MARK.length)
          .split('\n')[0]
          ?.slice(0, 32),
      })
    }),
  )
})

test('two answers one after the other, in one piece', () => {
  const side = new UntilMark()
  side.add(Buffer.from('one\nm 1\ntwo\nm 2\n'))
  assert.is(side.cut(Buffer.from('\nm 1\n'))?.toString(), 'one')
  assert.is(side.cut(Buffer.from('\nm 2\n'))?.toString(), 'two')
  assert.is(side.size, 0)
})

test('a mark whose line does not end is taken as it is', () => {
  const side = new UntilMark()
  side.add(Buffer.from(`x${MARK}${'9'.repeat(100)}`))
  assert.equal(side.cutLine(Buffer.from(MARK))?.rest, '9'.repeat(32))
})

for (const [what, piece] of [
  ['a network', 32 * 1024],
  ['somebody who flushes every line', 64],
] as const)
  test(`16 MB in pieces of ${what} cost what they should`, async () => {
    const chunk = Buffer.alloc(piece, 'x')
    await costsAtMost(2000, () => {
      const side = new UntilMark()
      for (let size = 0; size < 16 * 1024 * 1024; size += piece) {
        side.add(chunk)
        assert.is(side.cutLine(Buffer.from(MARK)), undefined)
      }
      side.add(Buffer.from(`${MARK}0\n`))
      assert.is(side.cutLine(Buffer.from(MARK))?.before.length, 16 * 1024 * 1024)
    })
  })

test.run()
