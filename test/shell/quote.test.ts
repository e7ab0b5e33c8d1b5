import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bytesTo, linesTo } from '../../src/shell/document.ts'
import { quote, words } from '../../src/shell/quote.ts'

// Strings as somebody would write them who wants to get out of a word.
const HOSTILE = [
  '',
  ' ',
  "'",
  "''",
  `'"'"'`,
  '$(reboot)',
  '`reboot`',
  '${IFS}',
  '\\',
  "\\'",
  '\n',
  '\r\n',
  '\t',
  '-n',
  '--',
  '*',
  '?',
  '[a]',
  '~',
  '~root',
  '!',
  '#',
  ';',
  '&',
  '|',
  '<',
  '>',
  '(',
  ')',
  '{a,b}',
  '=',
  'A=b',
  '%s',
  '\u001b[31m',
  '\u202e',
  'ünï€漢',
  '\u0001',
  'EOF',
  'EOF\nreboot\nEOF',
  '$',
  '$$',
  '"',
  "a'b'c",
  'if',
  '\u007f',
  '@',
  '+x',
]

const hostile = fc
  .oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...HOSTILE), { maxLength: 6 }).map((parts) => parts.join('')),
  )
  .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text)

// What a real sh makes of a script.
const sh = (script: string): Buffer =>
  execFileSync('/bin/sh', [], {
    input: script,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  })

test('every string survives quoting exactly, hundreds in one call', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 200, maxLength: 400 }), (texts) => {
      const printed = sh(`printf '%s\\0' ${words(...texts)}`)
        .toString('utf8')
        .split('\0')
        .slice(0, -1)
      assert.equal(printed, texts)
    }),
    { numRuns: 8 },
  )
})

test('a quoted string is one word wherever a word may stand', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 50, maxLength: 50 }), (texts) => {
      const script = texts
        .map(
          (text) =>
            `v=${quote(text)}; printf '%s\\0' "$v"; case ${quote(text)} in ${quote(text)}) printf 'same\\0';; *) ` +
            `printf 'other\\0';; esac; set -- ${quote(text)}; printf '%s\\0' $#`,
        )
        .join('\n')
      const printed = sh(script).toString('utf8').split('\0').slice(0, -1)
      assert.equal(
        printed,
        texts.flatMap((text) => [text, 'same', '1']),
      )
    }),
    { numRuns: 8 },
  )
})

test('a NUL byte is refused, because no word can hold it', () => {
  assert.throws(() => quote('a\0b'), /NUL/)
})

test('bytes reach a command exactly', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      assert.equal(sh(bytesTo('cat', bytes)), Buffer.from(bytes))
    }),
    { numRuns: 20 },
  )
  assert.equal(
    sh(bytesTo('wc -c', Buffer.alloc(1_000_000, 10)))
      .toString()
      .trim(),
    '1000000',
  )
})

test('lines reach a command exactly, also those that look like the end', () => {
  fc.assert(
    fc.property(
      fc.array(
        hostile.filter((text) => !text.includes('\n')),
        { maxLength: 100 },
      ),
      (lines) => {
        assert.is(
          sh(linesTo('cat', [...lines, 'EOF', 'EOF_'])).toString('utf8'),
          [...lines, 'EOF', 'EOF_'].map((line) => `${line}\n`).join(''),
        )
      },
    ),
    { numRuns: 20 },
  )
})

test('a line that is two lines is refused', () => {
  assert.throws(() => linesTo('cat', ['a\nb']), /newline/)
  assert.throws(() => linesTo('cat', ['a\0b']), /NUL/)
})

test.run()
