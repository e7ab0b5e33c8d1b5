import { test } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { cleanOfEscapes, onOneLine, spelledOut } from '../../src/model/printable.ts'

test('escape sequences and control characters go, line ends and tabs stay', () => {
  assert.is(cleanOfEscapes('a\u001b[31mb\u001b[0m\tc\nd\r\ne\u0007\u0000'), 'ab\tc\nd\ne')
  assert.is(cleanOfEscapes('\u001b]8;;http://x\u001b\\link\u001b]8;;\u0007!'), 'link!')
  assert.is(cleanOfEscapes('\u009b2Jx'), 'x')
  assert.is(cleanOfEscapes('\u001bPdcs\u001b\\x'), 'x')
})

test('an unfinished sequence hides no more than its own line', () => {
  assert.is(cleanOfEscapes('\u001b]0;never ends\nnext'), '\nnext')
})

test('whatever the text, nothing is left that a terminal would obey, and cleaning twice changes nothing', () => {
  const piece = fc.oneof(
    fc.constantFrom('\u001b', '\u001b[', ']', '\u0007', '\u009b', '\u0090', '\n', '\\', '3', 'm', '\u202e'),
    fc.string({ unit: 'binary' }),
  )
  const control = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const clean = cleanOfEscapes(pieces.join(''))
      assert.not.match(clean, control)
      assert.is(cleanOfEscapes(clean), clean)
    }),
  )
})

test('one line, and control characters spelled out', () => {
  assert.is(onOneLine(' a\n\n b\t\u001b[1mc '), 'a b c')
  assert.is(spelledOut('a\u001b\r\u202e\tb'), 'a\\x1b\\r\\u202e\tb')
})

test.run()
