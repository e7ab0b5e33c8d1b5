import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  fingerprint,
  hashedName,
  judge,
  knownHostName,
  parseKnownHosts,
  speaksOf,
  typeOfBlob,
} from '../../src/transport/known-hosts.ts'
import { makeFolder, makeKey } from './sshd.ts'

const folder = makeFolder()
const keys = ['ed25519', 'ecdsa', 'rsa'].map((type) =>
  readFileSync(`${makeKey(folder, type, '', type)}.pub`, 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' '),
)
const [one = '', two = '', three = ''] = keys

// The lines under which ssh-keygen finds a host.
function found(text: string, name: string): number[] {
  const file = join(folder, 'known')
  writeFileSync(file, text)
  const { stdout } = spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' })
  return [...stdout.matchAll(/^# Host .* found: line (\d+)/gm)].map((m) => Number(m[1]))
}

const offered = (line: string): { type: string; blob: Buffer } => {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64')
  return { type: typeOfBlob(blob), blob }
}

const label = fc.constantFrom('a', 'b', 'web1', 'db', 'x-y')
const host = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'))
const port = fc.constantFrom(22, 2222)
const name = fc.tuple(host, port).map(([h, p]) => knownHostName(h, p, undefined))
const wild = fc
  .tuple(
    fc.constantFrom('', '!'),
    fc.array(fc.constantFrom('a', 'b', 'web1', '*', '?', '.', 'db'), { minLength: 1, maxLength: 5 }),
  )
  .map(([no, parts]) => no + parts.join(''))
const plainEntry = fc.array(fc.oneof(name, wild), { minLength: 1, maxLength: 3 }).map((patterns) => patterns.join(','))
const hashedEntry = fc
  .tuple(name, fc.uint8Array({ minLength: 20, maxLength: 20 }))
  .map(([n, salt]) => hashedName(n, Buffer.from(salt)))
const line = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', '@revoked ', '@cert-authority '),
      fc.oneof(plainEntry, hashedEntry),
      fc.constantFrom(...keys),
    )
    .map(([marker, hosts, key]) => `${marker}${hosts} ${key} a comment`),
  fc.constantFrom('', '# comment', '  # indented comment', 'garbage', 'web1 ssh-ed25519'),
)

test('finds the same lines as ssh-keygen -F, whatever the patterns', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), name, (lines, asked) => {
      const text = lines.join('\n') + '\n'
      const mine = parseKnownHosts(text, 'known')
        .filter((entry) => speaksOf(entry, asked))
        .map((entry) => entry.line)
      assert.equal(mine, found(text, asked), `${asked} in\n${text}`)
    }),
    { numRuns: 150 },
  )
})

test('reads what ssh-keygen -H hashed', () => {
  const file = join(folder, 'hashed')
  writeFileSync(file, `web1 ${one}\n[web2]:2222 ${two}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  const entries = parseKnownHosts(readFileSync(file, 'utf8'), file)
  assert.ok(entries.every((entry) => entry.hosts.startsWith('|1|')))
  assert.is(judge(entries, ['web1'], offered(one)).kind, 'known')
  assert.is(judge(entries, ['[web2]:2222'], offered(two)).kind, 'known')
  assert.is(judge(entries, ['web2'], offered(two)).kind, 'unknown')
})

test('a key is known, changed, revoked or unknown', () => {
  const entries = parseKnownHosts(`web* ${one}\nweb1 ${two}\n@revoked * ${three}\n!db,* ${one}`, 'f')
  assert.is(judge(entries, ['web1'], offered(one)).kind, 'known')
  assert.equal(judge(entries, ['web9'], offered(two)), { kind: 'changed', entry: entries[0] })
  assert.is(judge(entries, ['web1'], offered(three)).kind, 'revoked')
  assert.is(judge(entries, ['db'], offered(one)).kind, 'unknown')
})

test('a key known without the port is accepted, but another one there is not held against the port', () => {
  const entries = parseKnownHosts(`web1 ${one}`, 'f')
  assert.is(judge(entries, ['[web1]:2222', 'web1'], offered(one)).kind, 'known')
  assert.is(judge(entries, ['[web1]:2222', 'web1'], offered(two)).kind, 'unknown')
})

test('prints fingerprints as ssh-keygen -l does', () => {
  for (const key of keys) {
    writeFileSync(join(folder, 'key.pub'), key)
    const theirs = execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'key.pub')], { encoding: 'utf8' }).split(' ')[1]
    assert.is(fingerprint(offered(key).blob), theirs)
  }
})

test('no text makes the reader throw', () => {
  fc.assert(
    fc.property(fc.string(), host, (text, asked) => void parseKnownHosts(text, 'f').map((e) => speaksOf(e, asked))),
  )
})

test.run()
