import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { countingAttempts } from '../../../src/server/http/attempts.ts'
import { type AuditEntry, openAudit, shownPath } from '../../../src/server/http/audit.ts'
import { groupOf, trustedProxies } from '../../../src/server/http/proxies.ts'
import { readServerKey } from '../../../src/server/http/server-key.ts'
import { makeToken } from '../../../src/server/http/tokens.ts'
import { FlightError } from '../../../src/model/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'flight-http-'))
test.after(() => rmSync(folder, { recursive: true }))

const ENTRY: AuditEntry = {
  time: '2026-05-04T12:00:00.000Z',
  address: '::1',
  method: 'GET',
  path: '/',
  who: null,
  status: 200,
  request: null,
  ms: 1,
}
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test('the key of the server is made once, private, and refused where others read it or it is cut', async () => {
  const file = join(folder, 'state/serve.key')
  const keys = await Promise.all([readServerKey(file), readServerKey(join(folder, 'state/serve.key'))])
  const key = await readServerKey(file)
  assert.is(key.length, 32)
  assert.ok(keys.every((each) => each.equals(key)))
  assert.is(statSync(file).mode & 0o777, 0o600)
  assert.equal(readdirSync(join(folder, 'state')), ['serve.key'])
  chmodSync(file, 0o640)
  assert.match(((await rejection(readServerKey(file))) as FlightError).message, /read by others/)
  chmodSync(file, 0o600)
  writeFileSync(file, 'short')
  assert.match(((await rejection(readServerKey(file))) as FlightError).message, /5 bytes/)
})

test('the audit log is private, holds a line a request, and is rotated', () => {
  const file = join(folder, 'audit.log')
  const failures: unknown[] = []
  const audit = openAudit(file, (error) => failures.push(error), 1000)
  for (let n = 0; n < 100; n++) audit.write({ ...ENTRY, ms: n })
  const files = readdirSync(folder)
    .filter((name) => name.startsWith('audit.log'))
    .sort()
  assert.equal(files, ['audit.log', ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `audit.log.${n}`)])
  const lines = [...files.slice(1).reverse(), 'audit.log'].flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as AuditEntry).ms),
  )
  assert.equal(
    lines,
    Array.from({ length: lines.length }, (_, index) => 100 - lines.length + index),
  )
  for (const name of files) assert.is(statSync(join(folder, name)).mode & 0o777, 0o600)
  audit.close()
  audit.write(ENTRY)
  assert.is(failures.length, 1)
})

test('no token is written down, however it got into a path', () => {
  const { shown } = makeToken({ name: 'x', purpose: 'read', app: null, expires: null }, new Date())
  const secret = shown.split('_')[2] as string
  const encoded = Array.from(shown, (letter) => letter)
    .map((letter) => `%${letter.charCodeAt(0).toString(16)}`)
    .join('')
  for (const path of [
    `/v1/${shown}`,
    `/${shown.replace(/_/g, '%5F')}/x`,
    `/${encoded}`,
    `/${encoded.replace(/%/g, '%25')}`,
    `/${shown.toUpperCase()}`,
    `/${secret}`,
    `/%zz${shown}`,
  ]) {
    const line = shownPath(path)
    assert.not.match(line.toLowerCase(), secret, line)
    assert.not.match(line, encoded)
  }
  assert.is(shownPath('/v1/apps/shop/releases'), '/v1/apps/shop/releases')
  assert.is(shownPath('/a%0A%1b[2Jb'), '/a b')
})

test('networks of trusted proxies are checked, and addresses counted by /64', () => {
  for (const bad of ['10.0.0.0/33', 'proxy.example.com', '10.0.0.0/8/8', '::1/129', '10.0.0.0/'])
    assert.throws(
      () => trustedProxies([bad]),
      (error: unknown) => error instanceof FlightError,
    )
  const proxies = trustedProxies(['10.0.0.0/8', '2001:db8::/32'])
  assert.equal(
    ['10.255.0.1', '11.0.0.1', '2001:db8:1::1', '2001:db9::1', 'x'].map((address) => proxies.isTrusted(address)),
    [true, false, true, false, false],
  )
  assert.equal(['2001:db8::1', '2001:0DB8:0:0:1:2:3:4', '::1', '2001:db8:1:2:3:4:5:6', '192.0.2.1'].map(groupOf), [
    '2001:db8:0:0::/64',
    '2001:db8:0:0::/64',
    '0:0:0:0::/64',
    '2001:db8:1:2::/64',
    '192.0.2.1',
  ])
})

test('failures are forgotten oldest first, and the waiting time has an end', () => {
  let time = 0
  const attempts = countingAttempts(() => time, 100)
  const fail = (group: string) => Array.from({ length: 10 }, () => attempts.failed(group))
  const held: number[] = []
  for (let n = 0; n < 8; n++) {
    fail('a')
    held.push(attempts.heldFor('a'))
    time += (held.at(-1) as number) * 1000 + 1
  }
  assert.equal(held, [60, 120, 240, 480, 960, 1920, 3600, 3600])
  fail('a')
  for (let n = 0; n < 100; n++) attempts.failed(`other ${n}`)
  assert.is(attempts.heldFor('a'), 0)
})

test('a log that cannot be rotated goes on as it is, and closes nothing of others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flight-audit-'))
  const file = join(folder, 'audit.log')
  // A folder where an old log should go.
  for (let n = 1; n <= 8; n++) mkdirSync(join(folder, `audit.log.${n}`, 'in-the-way'), { recursive: true })
  const faults: unknown[] = []
  const audit = openAudit(file, (error) => void faults.push(error), 500)
  const victim = openSync(join(folder, 'victim'), 'w')
  for (let n = 0; n < 40; n++)
    audit.write({
      time: '2026-01-01T00:00:00.000Z',
      address: '-',
      method: 'GET',
      path: `/${n}`,
      who: null,
      status: 200,
      request: null,
      ms: 0,
    })
  writeSync(victim, 'still mine')
  closeSync(victim)
  audit.close()
  assert.ok(faults.length > 0 && faults.length < 40)
  assert.is(readFileSync(file, 'utf8').trimEnd().split('\n').length, 40)
  rmSync(folder, { recursive: true })
})

test.run()
