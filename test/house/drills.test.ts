import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { codeNow, DRILLED } from '../../drills/code.ts'
import { FULL_SIZE, ONLY_IN_DRILLS } from '../../drills/full-size.ts'
import { outdated, page, results } from '../../drills/results.ts'
import { FAULTS, STAGES } from '../e2e/release-drill.ts'
import { root, testFiles } from '../runner/files.ts'

// The drills take hours, so they are not run with the tests, and their record may be older than the code that they
// drill. Every run of the tests says so; it is a failure once a version would be released on an old record: a changed
// `version` in package.json needs drills that ran with it or with the same code.

const { fields, fullSize } = results()

test('the record of the drills is of the code that lies here, or of the version before and says so', () => {
  const now = codeNow()
  const old = outdated(now)
  if (old.length === 0) return
  const commits = [...new Set([...fields, ...fullSize].map(({ commit }) => commit))].join(', ')
  const said = `the drills ran at ${commits}: ${old.join('; ')}. To renew the record: npm run drills`
  process.stdout.write(`note: ${said}\n`)
  assert.ok(
    [...fields, ...fullSize].every(({ version, digest }) => version === now.version || digest === now.digest),
    said,
  )
})

test('what is old, and what never ran, is counted', () => {
  const code = { commit: 'a', digest: 'new', version: '1' }
  const field = { stage: 'prepare', fault: 'kill -9', exit: null, served: 'old', on: '2026-01-01', ...code } as const
  const full = FULL_SIZE.map(({ file }) => ({ file, passed: 1, on: '2026-01-01', ...code }))
  assert.equal(outdated(code, { fields: [field], fullSize: full }), [])
  assert.is(outdated({ digest: 'newer' }, { fields: [field], fullSize: full }).length, 2)
  assert.match(
    outdated(code, { fields: [field], fullSize: [] }).join(),
    new RegExp(`${FULL_SIZE.length} of ${FULL_SIZE.length} files have not run at full size`),
  )
})

test('every field of the table is known, and docs/drills.md shows what is recorded', () => {
  assert.is(fields.length, STAGES.length * FAULTS.length)
  const flat = (text: string) => text.replace(/-{3,}/g, '---').replace(/\s+/g, ' ').trim()
  assert.is(flat(readFileSync(join(root, 'docs/drills.md'), 'utf8')), flat(page(results())))
})

test('every file that is larger in the drills is listed, and no other', () => {
  const larger = testFiles().filter((file) =>
    /\b(?:FULL|VOLUME|ofAll|inDrills|unharmed|startLoad)\b/.test(readFileSync(join(root, file), 'utf8')),
  )
  const sized = FULL_SIZE.map(({ file }) => file)
  assert.equal(
    sized.filter((file) => !larger.includes(file) && !ONLY_IN_DRILLS.includes(file)),
    [],
  )
  assert.equal(
    larger.filter(
      (file) => !sized.includes(file) && !['test/e2e/load.test.ts', 'test/house/drills.test.ts'].includes(file),
    ),
    [],
  )
})

test('what is drilled is there', () => {
  for (const path of [...DRILLED, ...FULL_SIZE.map(({ file }) => file)]) assert.ok(existsSync(join(root, path)), path)
})

test.run()
