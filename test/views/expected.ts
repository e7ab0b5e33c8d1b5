import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'

// The text must be the expected file's, byte for byte.
// FLIGHT_REWRITE_EXPECTED=1 writes the files anew: read their diff.
export function isExpected(name: string, text: string): void {
  const file = new URL(`expected/${name}`, import.meta.url)
  if (process.env['FLIGHT_REWRITE_EXPECTED'] === '1') writeFileSync(file, text)
  assert.fixture(text, readFileSync(file, 'utf8'))
}
