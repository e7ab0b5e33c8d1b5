import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { program } from '../../src/shell/program.ts'
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

test('texts, lines and tables reach a program exactly', () => {
  fc.assert(
    fc.property(
      fc.array(hostile, { minLength: 20, maxLength: 60 }),
      fc.array(
        hostile.filter((text) => !text.includes('\n')),
        { maxLength: 60 },
      ),
      (texts, lines) => {
        const loaded = texts.join('')
        const service = program('fact-service', { loaded, units: [texts], services: [] })
        assert.equal(
          sh(`systemctl() { shift 3; printf '%s\\0' "$@"; }\n${service}\nprintf %s "$loaded"`).toString('utf8'),
          [...texts, '', loaded].join('\0'),
        )
        const keys = program('fact-key', { paths: [...lines, 'EOF'], most: 1 })
        assert.is(
          sh(`${keys}\nprintf %s "$paths"`).toString('utf8'),
          [...lines, 'EOF'].map((line) => `${line}\n`).join(''),
        )
      },
    ),
    { numRuns: 20 },
  )
})

test('a line that is two lines is refused', () => {
  assert.throws(() => program('fact-key', { paths: ['a\nb'], most: 1 }), /newline/)
  assert.throws(() => program('fact-key', { paths: ['a\0b'], most: 1 }), /NUL/)
})

test('a program is given what it takes, nothing less and nothing more', () => {
  assert.throws(() => program('fact-key', { paths: [] }), /was not given most/)
  assert.throws(() => program('fact-key', { paths: [], most: 1, more: 'x' }), /does not take more/)
})

test('a row runs what it is given, and its answer counts', () => {
  const table = (rows: readonly (readonly string[])[]) =>
    program('fact-service', { loaded: '', units: [], services: rows })
      .split('\n')
      .find((line) => line.startsWith('services()'))
  assert.is(sh(`${table([])}\nservices false && echo yes`).toString(), 'yes\n', 'nothing is done')
  assert.is(sh(`${table([['a'], ['b', 'c']])}\nservices echo`).toString(), 'a\nb c\n')
  assert.is(sh(`${table([['a']])}\nservices false || echo no`).toString(), 'no\n')
})

test.run()
