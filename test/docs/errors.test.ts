import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { EXIT_OF_CODE } from '../../src/model/errors.ts'
import { page, pages } from './pages.ts'

const codes = Object.entries(EXIT_OF_CODE)
const sections = [...page('docs/errors.md').text.matchAll(/^## (\w+)\n\n([\s\S]*?)(?=^## |(?![\s\S]))/gm)].map(
  ([, code = '', text = '']) => ({ code, text }),
)

// Variables of the environment and of FastCGI, which look like codes.
const VARIABLES = [
  'FLIGHT_DEFINITIONS',
  'FLIGHT_SSH_CONFIG',
  'FLIGHT_LAB_ID',
  'FLIGHT_LAB_DIR',
  'FLIGHT_REWRITE_EXPECTED',
  'FLIGHT_FORGET',
  'FLIGHT_MINUTES',
]

test('every error code has its section, and no section lacks a code', () => {
  const order = sections.map(({ code }) => code).sort()
  assert.equal(order, codes.map(([code]) => code).sort())
  assert.equal(new Set(order).size, sections.length)
})

test('every section begins with the exit code that its error has', () => {
  for (const [code, exit] of codes) {
    const text = sections.find((section) => section.code === code)?.text ?? ''
    assert.is(Number(/^Exit code (\d+)[.,]/.exec(text)?.[1]), exit, code)
  }
})

test('the table of exit codes names every code in the row of its exit code', () => {
  const rows = [...page('docs/errors.md').text.matchAll(/^\| ([\d, ]+) \| (\[.*) \|$/gm)].map(
    ([, exits = '', names = '']) => ({ exit: Number.parseInt(exits, 10), names }),
  )
  for (const [code, exit] of codes) {
    const row = rows.find(({ names }) => names.includes(`[${code.replace('FLIGHT_', '')}](#${code.toLowerCase()})`))
    assert.is(row?.exit, exit, code)
  }
})

test("the README's table of exit codes is complete", () => {
  const table = /^\| exit code \|[\s\S]*?\n\n/m.exec(page('README.md').text)?.[0] ?? ''
  const named = [...table.matchAll(/^\| (\d[\d, ]*) \|/gm)].flatMap(([, exits = '']) => exits.split(', ').map(Number))
  const possible = [...new Set([0, 2, 143, ...Object.values<number>(EXIT_OF_CODE)])]
  assert.equal(
    named,
    possible.sort((a, b) => a - b),
  )
})

test('a code that a page names exists', () => {
  const wrong = pages().flatMap(({ path, text }) =>
    (text.match(/\bFLIGHT_[A-Z_]+\b/g) ?? [])
      .filter((code) => !(code in EXIT_OF_CODE) && !VARIABLES.includes(code))
      .map((code) => `${path}: ${code}`),
  )
  assert.equal(wrong, [])
})

test.run()
