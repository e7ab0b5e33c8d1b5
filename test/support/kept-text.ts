import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'

// The text must be what the file holds, byte for byte. FLIGHT_REWRITE_EXPECTED=1 writes the file anew instead.
export function isKept(file: string | URL, text: string): void {
  if (process.env['FLIGHT_REWRITE_EXPECTED'] === '1') writeFileSync(file, text)
  const name = file instanceof URL ? file.pathname : file
  assert.fixture(
    readFileSync(file, 'utf8'),
    text,
    `${name} is out of date: FLIGHT_REWRITE_EXPECTED=1 npm test -- docs views writes it anew; read its diff`,
  )
}
