import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { primaryFingerprints, withoutArmor } from '../../src/model/openpgp.ts'

// Keys made by gpg, and the fingerprints that gpg prints of them.
const ED25519 = 'E4E2ED71C6514034BA71829452A295A7A3E3484B'
const RSA = '6E80120A292282FDBC904817EDDFA8A3AD1BA5E8'
const WITH_SUBKEYS = '9997711BC12ED16537E2938EA0E4C5D2229CA778'

const key = (name: string) => readFileSync(fileURLToPath(new URL(`openpgp/${name}`, import.meta.url)))

const KEYRINGS: readonly [what: string, bytes: Buffer, fingerprints: readonly string[]][] = [
  ['a binary key', key('one.gpg'), [ED25519]],
  ['an armored key', key('one.asc'), [ED25519]],
  ['an armored key with a comment and the line ends of Windows', key('crlf.asc'), [ED25519]],
  [
    'an armored key with text around it',
    Buffer.concat([Buffer.from('Our key:\n\n'), key('one.asc'), Buffer.from('\nthank you\n')]),
    [ED25519],
  ],
  ['an RSA key, whose packets have two bytes of length', key('rsa.gpg'), [RSA]],
  ['a key with subkeys: only the primary one counts', key('subkeys.gpg'), [WITH_SUBKEYS]],
  ['two keys', key('two-keys.gpg'), [ED25519, RSA]],
  ['two keys in one armor', key('two-keys.asc'), [ED25519, RSA]],
  ['two keys in two armors', key('two-blocks.asc'), [ED25519, RSA]],
  ['two keys in packets of the new format', newFormat(key('two-keys.gpg')), [ED25519, RSA]],
  ['nothing', Buffer.alloc(0), []],
  ['a page of HTML', Buffer.from('<!doctype html><title>404</title>'), []],
  [
    'an armor without a key',
    Buffer.from('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n'),
    [],
  ],
  ['a key and garbage behind it', Buffer.concat([key('one.gpg'), Buffer.from('garbage')]), [ED25519, 'UNREADABLE']],
]

for (const [what, bytes, fingerprints] of KEYRINGS) {
  test(`${what} has these fingerprints`, () => assert.equal(primaryFingerprints(bytes), fingerprints))
}

test('what is written is what was looked at: the binary form has the same fingerprints', () => {
  for (const [, bytes, fingerprints] of KEYRINGS) assert.equal(primaryFingerprints(withoutArmor(bytes)), fingerprints)
})

test('a key that is cut off never passes for another, wherever it is cut', () => {
  for (const name of ['one.gpg', 'rsa.gpg', 'subkeys.gpg', 'two-keys.gpg']) {
    const whole = key(name)
    const all = primaryFingerprints(whole)
    for (let length = 0; length < whole.length; length += 1) {
      const found = primaryFingerprints(whole.subarray(0, length)).filter((each) => each !== 'UNREADABLE')
      assert.equal(found, all.slice(0, found.length))
    }
  }
})

test('a changed byte of the key itself changes the fingerprint', () => {
  const whole = key('one.gpg')
  for (let at = 2; at < 53; at += 1) {
    const other = Buffer.from(whole)
    other[at] = (other[at] as number) ^ 1
    assert.is.not(primaryFingerprints(other)[0], ED25519)
  }
})

test('whatever somebody serves, the answer is a list of fingerprints', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .tuple(fc.nat(225), fc.uint8Array({ maxLength: 20 }))
      .map(([at, noise]) => Buffer.concat([key('one.gpg').subarray(0, at), noise, key('one.gpg').subarray(at)])),
  )
  fc.assert(
    fc.property(bytes, (some) => {
      for (const each of primaryFingerprints(some)) assert.match(each, /^([0-9A-F]{40}|[0-9A-F]{64}|UNREADABLE)$/)
    }),
    { numRuns: 2000 },
  )
})

// The same packets with heads of the new format (RFC 9580 4.2.1), lengths of one, two and five bytes.
function newFormat(old: Buffer): Buffer {
  const out: Buffer[] = []
  for (let at = 0, count = 0; at < old.length; count += 1) {
    const head = old[at] as number
    const size = 1 << (head & 3)
    const length = old.readUIntBE(at + 1, size)
    const body = old.subarray(at + 1 + size, at + 1 + size + length)
    const five = Buffer.from([255, 0, 0, 0, 0])
    five.writeUInt32BE(length, 1)
    const short =
      length < 192 ? Buffer.from([length]) : Buffer.from([((length - 192) >> 8) + 192, (length - 192) & 0xff])
    out.push(Buffer.from([0xc0 | ((head >> 2) & 0x0f)]), count % 2 === 0 ? short : five, body)
    at += 1 + size + length
  }
  return Buffer.concat(out)
}

test.run()
