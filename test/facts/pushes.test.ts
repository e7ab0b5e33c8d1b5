import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BadAnswer } from '../../src/facts/fact.ts'
import { pushesFact } from '../../src/facts/pushes.ts'
import type { PushesFact } from '../../src/model/fact.ts'
import { ENVIRONMENTS } from '../../src/model/record.ts'

// What root noted of pushes: what the shell prints of it, and what is made of that.

const A = '20260101T100000Z-aaaaaa'
const B = '20260101T110000Z-bbbbbb'
const shop = { fact: 'pushes', app: 'shop', previous: true } as const

const noted = (
  id: string,
  marks: Partial<{ armed: boolean; stuck: boolean; confirmed: boolean; settled: boolean; undoes: string }> = {},
) => ({ id, armed: false, stuck: false, confirmed: false, settled: false, undoes: null, ...marks })

// Runs the shell of the question over a folder of records.
function asked(files: Record<string, string>, previous: boolean): PushesFact | undefined {
  const root = mkdtempSync(join(tmpdir(), 'flight-pushes-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const query = { ...shop, previous }
    const { stdout, status, stderr } = spawnSync('/bin/sh', [], {
      input: pushesFact.shell([query]).replaceAll(ENVIRONMENTS, root),
      encoding: 'utf8',
    })
    assert.is(status, 0, stderr)
    assert.is(stderr, '')
    return pushesFact.parse(stdout, [query])[0]
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('where nothing was pushed nothing is known', () =>
  assert.equal(asked({}, true), { at: undefined, pushes: [], previous: undefined }))

test('each push with its marks, the last one with what it replaced', () => {
  const files = {
    'shop/at': `${B}\n`,
    [`shop/${A}/confirmed`]: '',
    [`shop/${A}/settled`]: '',
    [`shop/${A}/was`]: 'OLD=1\n',
    [`shop/${B}/armed`]: '',
    [`shop/${B}/undoes`]: `${A}\n`,
    [`shop/${B}/was`]: "A='\n\0",
  }
  const fact = asked(files, true)
  assert.equal(
    [fact?.at, fact?.pushes],
    [B, [noted(A, { confirmed: true, settled: true }), noted(B, { armed: true, stuck: true, undoes: A })]],
  )
  assert.is(Buffer.from(fact?.previous?.reveal() ?? '', 'base64').toString(), "A='\n\0")
  assert.is(asked(files, false)?.previous, undefined)
})

test('a push whose file is not kept any more has nothing to go back to', () =>
  assert.is(asked({ 'shop/at': `${B}\n`, [`shop/${B}/none`]: '' }, true)?.previous, undefined))

test("what else lies there is somebody's", () => assert.equal(asked({ 'shop/backup/was': 'x' }, true)?.pushes, []))

for (const [what, output] of [
  ['no answer', ''],
  ['the answer to another question', 'app\tblog\t\n'],
  ['a last push that is none', 'app\tshop\t../../etc\n'],
  ['bytes that are none', `app\tshop\t${A}\nprevious\t<>\n`],
  ['a line of another sort', 'app\tshop\t\nhello\n'],
] as const) {
  test(`pushes: ${what} is refused, and nothing of it is repeated but its beginning`, () =>
    assert.throws(
      () => pushesFact.parse(output, [shop]),
      (error: unknown) => error instanceof BadAnswer,
    ))
}

test.run()
