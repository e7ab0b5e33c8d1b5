import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { lastLine } from '../../../src/engine/host/perform-step.ts'

function told(chunks: readonly string[]): string[] {
  const texts: string[] = []
  const take = lastLine((text) => texts.push(text))
  for (const chunk of chunks) take(Buffer.from(chunk))
  return texts
}

const CASES: [name: string, chunks: string[], expected: string[]][] = [
  ['the last of several lines', ['one\ntwo\n'], ['two']],
  ['a line that comes in two pieces, once', ['migrat', 'ing\n'], ['migrating']],
  ['nothing of a line that has not ended', ['10 %'], []],
  ['each turn of a progress bar', ['10 %\r20 %\r', '30 %\r'], ['20 %', '30 %']],
  ['the line before the code of the step', ['done\n\nrc 0\n'], ['done']],
  ['nothing of the code alone', ['\nrc', ' 7\n'], []],
]

for (const [name, chunks, expected] of CASES) test(name, () => assert.equal(told(chunks), expected))

test.run()
