import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { afterMark, beforeMark } from '../../src/transport/marks.ts'

const MARK = 'flight-4dc7fc44'

// What is told of a text that comes in the given pieces, and how many of its bytes were held back after each piece.
function told(pieces: readonly string[]): { text: string; held: number[] } {
  let [text, came] = ['', 0]
  const take = beforeMark(Buffer.from(MARK), (chunk) => (text += chunk.toString('latin1')))
  const held = pieces.map((piece) => {
    take(Buffer.from(piece, 'latin1'))
    return (came += piece.length) - text.length
  })
  return { text, held }
}

// A text cut at some places, in order.
function cut(text: string, places: readonly number[]): string[] {
  const ends = [...new Set([0, ...places.map((place) => place % (text.length + 1)), text.length])].sort((a, b) => a - b)
  return ends.slice(1).map((end, n) => text.slice(ends[n], end))
}

const words = fc
  .array(fc.constantFrom('\n', 'f', 'flight', 'flight-', 'flight-4dc7', 'flight-4dc7fc4\n', '4', 'rc 0', 'a line\n'))
  .map((parts) => parts.join(''))

test('all that comes before the mark is told, and nothing from the mark on, wherever it is cut', () => {
  fc.assert(
    fc.property(words, words, fc.array(fc.nat(200)), (before, after, places) => {
      fc.pre(!before.includes(MARK))
      assert.is(told(cut(`${before}\n${MARK} 12 0\n${after}`, places)).text, `${before}\n`)
    }),
    { numRuns: 2000 },
  )
})

test('only what may begin the mark is held back until more comes', () => {
  fc.assert(
    fc.property(words, fc.array(fc.nat(200)), (text, places) => {
      fc.pre(!text.includes(MARK))
      const pieces = cut(text, places)
      const { held } = told(pieces)
      let came = ''
      for (const [n, piece] of pieces.entries()) {
        came += piece
        assert.ok(
          MARK.startsWith(came.slice(came.length - (held[n] ?? 0))),
          `${held[n]} bytes of ${JSON.stringify(came)}`,
        )
      }
    }),
    { numRuns: 2000 },
  )
})

test('a whole line is told at once', () => {
  assert.equal(told(['Migrating\n']).held, [0])
  assert.equal(told(['flight-4dc7fc4\n']).held, [0])
})

test('all that comes after the mark is told, and nothing before, wherever it is cut', () => {
  fc.assert(
    fc.property(words, words, fc.array(fc.nat(200)), (before, after, places) => {
      fc.pre(!`${before}\n`.includes(MARK))
      let text = ''
      const take = afterMark(Buffer.from(`${MARK}\n`), (chunk) => (text += chunk.toString('latin1')))
      for (const piece of cut(`${before}\n${MARK}\n${after}`, places)) take(Buffer.from(piece, 'latin1'))
      assert.is(text, after)
    }),
    { numRuns: 2000 },
  )
})

test.run()
