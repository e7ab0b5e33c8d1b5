import { execFileSync } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeWhole } from '../../src/operations/files.ts'
import { FlightError } from '../../src/model/errors.ts'
import { folderWith } from '../cli/flight-process.ts'

test('a file is made, and replaced, with nothing left beside it', async () => {
  const folder = folderWith({})
  for (const text of ['one', 'two']) {
    await writeWhole(join(folder, 'plan.json'), text)
    assert.is(readFileSync(join(folder, 'plan.json'), 'utf8'), text)
  }
  assert.equal(readdirSync(folder), ['plan.json'])
})

test('what is no plain file is written into and never replaced', async () => {
  const pipe = join(folderWith({}), 'pipe')
  execFileSync('mkfifo', [pipe])
  const [read] = await Promise.all([readFile(pipe, 'utf8'), writeWhole(pipe, 'a plan')])
  assert.is(read, 'a plan')
  assert.ok(lstatSync(pipe).isFIFO())
})

test('a link stays a link, and what it points to is replaced', async () => {
  const folder = folderWith({})
  writeFileSync(join(folder, 'real.json'), 'old')
  symlinkSync('real.json', join(folder, 'link.json'))
  await writeWhole(join(folder, 'link.json'), 'new')
  assert.ok(lstatSync(join(folder, 'link.json')).isSymbolicLink())
  assert.is(readFileSync(join(folder, 'real.json'), 'utf8'), 'new')
})

test('a folder is refused in words', async () => {
  const folder = folderWith({})
  try {
    await writeWhole(folder, 'a plan')
    assert.unreachable()
  } catch (error) {
    assert.instance(error, FlightError)
    assert.match((error as Error).message, /is a folder/)
  }
})

test.run()
