import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compareServers } from '../../src/environment/compare-servers.ts'
import { compareEnvironments } from '../../src/environment/compare.ts'
import { changesSince, fingerprintOf } from '../../src/environment/fingerprint.ts'
import { allThatShows, environment, refusal } from './environments.ts'

const salt = Buffer.alloc(32, 1)

// Canaries of letters that neither a rule nor a key of these tests has, so that already three in a row give one away.
const canary = fc.string({
  unit: fc.constantFrom('Ж', '☃', '😀', 'Җ', '‽', '$(Ж)', '`☃', '=Җ', '#‽'),
  minLength: 3,
  maxLength: 12,
})
const COMMON = /[Ж☃Җ‽]|😀/u

const written = fc
  .tuple(canary, fc.constantFrom('"', "'", ''))
  .map(([value, quote]) => ({ value, text: `${quote}${quote === "'" ? value : value.replaceAll('$', '\\$')}${quote}` }))

test('no character of a value shows in what was read, compared or kept', () => {
  fc.assert(
    fc.property(fc.array(written, { minLength: 2, maxLength: 5 }), (values) => {
      const a = environment(values.map(({ text }, index) => `KEY_${index}=${text} # note\n`).join(''))
      const b = environment(
        `KEY_0="other"\n${values
          .slice(1)
          .map(({ text }, index) => `KEY_${index}=${text}\n`)
          .join('')}KEY_0=${values[0]?.text}\n`,
      )
      const fingerprint = fingerprintOf(a, salt)
      for (const thing of [
        a,
        b,
        a.entries,
        a.warnings,
        compareEnvironments(a, b),
        compareServers(
          new Map([
            ['web-1', a],
            ['web-2', b],
          ]),
        ),
        fingerprint,
        changesSince(fingerprint, b),
      ]) {
        assert.not.match(allThatShows(thing), COMMON)
      }
    }),
    { numRuns: 50 },
  )
})

const BREAKS: readonly [string, (value: string) => string][] = [
  ['white space in a value', (value) => `A=${value} ${value}`],
  ['a value behind a quote', (value) => `A="x"${value}`],
  ['an open double quote', (value) => `A="${value}`],
  ['an open double quote that is not joined', (value) => `A= "${value}`],
  ['an open single quote', (value) => `A='${value}`],
  ['an unknown escape', (value) => `A="\\${value}"`],
  ['the rest of a value on a line of its own', (value) => `A=x\n${value}`],
  ['the rest of a value with an equals sign', (value) => `A=x\n${value}=${value}`],
  ['the rest of a value after export', (value) => `export ${value}=${value}`],
  ['a value without a name', (value) => `=${value}`],
  ['a NUL in a value', (value) => `A=${value}\0${value}`],
  ['several lines without quotes', (value) => `A=x ${value}\n${value}\n${value} ${value}`],
]

for (const [title, textOf] of BREAKS) {
  test(`no character of a value shows in the refusal of ${title}`, () => {
    fc.assert(
      fc.property(canary, (value) => {
        const error = refusal(Buffer.from(textOf(value)))
        if (error !== undefined) assert.not.match(allThatShows(error) + allThatShows(error.problems), COMMON)
      }),
      { numRuns: 50 },
    )
    assert.ok(refusal(Buffer.from(textOf('☃☃☃'))))
  })
}

test('no byte that is not UTF-8 shows in its refusal', () => {
  const error = refusal(Buffer.from('A=caf\xe9-hunter2\n', 'latin1'))
  assert.not.match(allThatShows(error), /hunter2|caf/)
})

// Lines of letters only, as base64 has them, are what a key could be.
test('a line without an equals sign is never named', () => {
  assert.not.match(allThatShows(refusal(Buffer.from('KEY=MIIEabcd\nMIIEefgh\n'))), /MIIE/)
})

test.run()
