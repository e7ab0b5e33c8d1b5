import { format, inspect } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical } from '../../src/engine/digest.ts'
import { Secret } from '../../src/model/secret.ts'
import { render } from '../../src/shell/template.ts'

const secret = new Secret('hunter2')

const SHOWN: readonly [string, () => string][] = [
  ['a template string', () => `is ${String(secret)}`],
  ['JSON', () => JSON.stringify({ password: secret })],
  ['canonical JSON, as plans are written', () => canonical({ password: secret })],
  ['inspect', () => inspect({ password: secret }, { depth: 9, showHidden: true })],
  ['a log line', () => format('%s %o %j', secret, secret, secret)],
  ['an error', () => new Error(`cannot log in with ${String(secret)}`).message],
  ['a template file', () => render('php.ini', { source: 'x', settings: { password: secret as unknown as string } })],
]

for (const [where, show] of SHOWN) {
  test(`a secret does not show in ${where}`, () => {
    assert.match(show(), '«secret»')
    assert.not.match(show(), 'hunter2')
  })
}

test('only reveal gives it away', () => {
  assert.is(secret.reveal(), 'hunter2')
  assert.equal(Object.keys(secret), [])
})

test.run()
