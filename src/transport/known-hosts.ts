import { createHash, createHmac } from 'node:crypto'

export type KnownHost = {
  marker: 'key' | 'revoked' | 'authority'
  hosts: string // the patterns as written, or |1|salt|hash
  type: string
  key: string // base64
  file: string
  line: number
}

export type OfferedKey = { type: string; blob: Buffer }

export type Verdict =
  | { kind: 'known'; entry: KnownHost }
  | { kind: 'revoked'; entry: KnownHost }
  | { kind: 'changed'; entry: KnownHost }
  | { kind: 'unknown' }

const MARKERS = { '@revoked': 'revoked', '@cert-authority': 'authority' } as const

// The entries of one known_hosts file; what ssh would skip is skipped.
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const entries: KnownHost[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.trim().split(/[ \t]+/)
    const first = words[0] ?? ''
    if (first === '' || first.startsWith('#')) continue
    const marker = first.startsWith('@') ? MARKERS[first as keyof typeof MARKERS] : 'key'
    const [hosts, type, key] = first.startsWith('@') ? words.slice(1) : words
    if (marker === undefined || hosts === undefined || type === undefined || key === undefined) continue
    if (typeOfBlob(Buffer.from(key, 'base64')) !== type) continue
    entries.push({ marker, hosts, type, key, file, line: index + 1 })
  }
  return entries
}

// The name under which ssh looks a server up: the alias, or the host with its port when that is not 22.
export function knownHostName(host: string, port: number, alias: string | undefined): string {
  if (alias !== undefined) return alias.toLowerCase()
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

// Whether an entry speaks of this name.
export function speaksOf(entry: KnownHost, name: string): boolean {
  if (entry.hosts.startsWith('|')) return matchesHash(entry.hosts, name)
  let found = false
  for (const pattern of entry.hosts.split(',')) {
    const negated = pattern.startsWith('!')
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, name)) continue
    if (negated) return false
    found = true
  }
  return found
}

// What the entries say about the key that a server offers under any of its names; the first name is the exact one.
// An entry for another key is only held against the server under its exact name, as ssh does.
export function judge(entries: readonly KnownHost[], names: readonly string[], offered: OfferedKey): Verdict {
  const key = offered.blob.toString('base64')
  const speaking = entries.filter((e) => names.some((name) => speaksOf(e, name)))
  const revoked = speaking.find((e) => e.marker === 'revoked' && sameKey(e.key, key))
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked }
  const known = speaking.find((e) => e.marker === 'key' && sameKey(e.key, key))
  if (known !== undefined) return { kind: 'known', entry: known }
  const exact = speaking.filter((e) => e.marker === 'key' && names[0] !== undefined && speaksOf(e, names[0]))
  const other = exact.find((e) => e.type === offered.type) ?? exact[0]
  return other === undefined ? { kind: 'unknown' } : { kind: 'changed', entry: other }
}

// SHA256:… as ssh-keygen -l prints it.
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

// The key type that a public key blob names; empty when it is not one.
export function typeOfBlob(blob: Buffer): string {
  if (blob.length < 4) return ''
  const length = blob.readUInt32BE(0)
  return length > blob.length - 4 ? '' : blob.toString('latin1', 4, 4 + length)
}

// A name as HashKnownHosts writes it.
export function hashedName(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

function sameKey(one: string, other: string): boolean {
  return Buffer.from(one, 'base64').equals(Buffer.from(other, 'base64'))
}

function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt, hash, ...rest] = hosts.split('|')
  if (version !== '1' || salt === undefined || hash === undefined || rest.length > 0) return false
  return hashedName(name, Buffer.from(salt, 'base64')) === `|1|${salt}|${hash}`
}

// ssh's patterns: * and ? are wild, everything else (brackets too) is itself.
function matchesPattern(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === name
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 's').test(name)
}
