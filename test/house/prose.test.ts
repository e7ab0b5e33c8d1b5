import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const src = fileURLToPath(new URL('../../src', import.meta.url))

// What people read. Whatever is decided is decided by codes and fields beside it.
const PROSE = 'where|what|hint|why|because|message'
const CUT = [
  new RegExp(`\\b(?:${PROSE})\\??\\.(?:split|slice|startsWith|endsWith|includes|indexOf|match|search)\\(`),
  new RegExp(`\\.(?:test|exec)\\((?:\\w+\\??\\.)*(?:${PROSE})\\)`),
  new RegExp(`\\.(?:${PROSE}) (?:===|!==) (?!'')['"\`]`),
]
// A list or a text that is only made shorter, to be shown.
const SHORTENS = /\.slice\(\d/

// Those that have to, and why.
const ALLOWED: Readonly<Record<string, string>> = {
  'model/errors.ts': 'takes apart what it puts together itself, for people',
  'engine/plan/plan-file.ts': 'reads plans of an older Flight, which named servers in no field',
  'transport/ssh2-login.ts': 'ssh2 gives this failure no code of its own',
  'server/store/failures.ts': 'the driver gives this failure no code',
}

const files = (readdirSync(src, { recursive: true }) as string[])
  .filter((file) => /\.tsx?$/.test(file) && !file.includes('generated'))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }))

test('nothing is decided by what a sentence says', () => {
  const found = files
    .filter(({ file }) => ALLOWED[file] === undefined)
    .flatMap(({ file, text }) =>
      text
        .split('\n')
        .filter((line) => !/^\s*\/\//.test(line) && !SHORTENS.test(line) && CUT.some((rule) => rule.test(line)))
        .map((line) => `${file}: ${line.trim()}`),
    )
  assert.equal(found, [])
})

test('what may cut a sentence still has to', () => {
  const idle = Object.keys(ALLOWED).filter((allowed) => {
    const text = files.find(({ file }) => file === allowed)?.text ?? ''
    return !CUT.some((rule) => rule.test(text))
  })
  assert.equal(idle, [])
})

test.run()
