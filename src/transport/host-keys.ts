import { readFile, stat } from 'node:fs/promises'
import { FlightError, onServer } from '../model/errors.ts'
import {
  fingerprint,
  judge,
  knownHostName,
  parseKnownHosts,
  speaksOf,
  typeOfBlob,
  type KnownHost,
} from './known-hosts.ts'
import { networkAddress, type Route } from './route.ts'

// What the known_hosts files say about one route.
export type HostKeys = {
  names: string[] // the exact one first
  entries: KnownHost[] // of all files, those that speak of it
}

// Reads the known_hosts files of a route, the user's first.
export async function readHostKeys(route: Route, read: (file: string) => Promise<KnownHost[]>): Promise<HostKeys> {
  const exact = knownHostName(route.host, route.port, route.hostKeyAlias)
  // ssh accepts a key that is known for the host without its port, too.
  const plain = knownHostName(route.host, 22, route.hostKeyAlias)
  const names = exact === plain ? [exact] : [exact, plain]
  const all = await Promise.all([...route.userKnownHosts, ...route.globalKnownHosts].map(read))
  return { names, entries: all.flat().filter((entry) => names.some((name) => speaksOf(entry, name))) }
}

// Reads known_hosts files; one that has not changed since is not parsed again.
export function knownHostsReader(): (file: string) => Promise<KnownHost[]> {
  const seen = new Map<string, { version: string; entries: Promise<KnownHost[]> }>()
  return async (file) => {
    const version = await versionOf(file)
    if (version === undefined) return []
    const before = seen.get(file)
    if (before?.version === version) return before.entries
    const entries = readFile(file, 'utf8').then((text) => parseKnownHosts(text, file))
    seen.set(file, { version, entries })
    return entries
  }
}

// Undefined when there is no such file: it knows nobody.
async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(file)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

// Whether only a certificate authority vouches for this host.
export function needsAuthority(keys: HostKeys): boolean {
  return keys.entries.some((e) => e.marker === 'authority') && !keys.entries.some((e) => e.marker === 'key')
}

// Undefined when the key is the known one, otherwise why it is refused.
export function hostKeyRefusal(route: Route, keys: HostKeys, blob: Buffer): FlightError | undefined {
  const offered = { type: typeOfBlob(blob), blob }
  const verdict = judge(keys.entries, keys.names, offered)
  return verdict.kind === 'known' ? undefined : refuseHostKey(route, verdict, offered.type, fingerprint(blob))
}

// Why a key that is not the known one is refused.
export function refuseHostKey(
  route: Route,
  verdict: { kind: 'unknown' } | { kind: 'changed' | 'revoked'; entry: KnownHost },
  type: string,
  offered: string,
): FlightError {
  if (verdict.kind === 'unknown') {
    return new FlightError({
      code: 'FLIGHT_HOST_KEY_UNKNOWN',
      ...onServer(route.server),
      what: `${networkAddress(route)} shows a host key that is in no known_hosts file: ${type} ${offered}`,
      hint:
        `Compare it with what the server says on its console (ssh-keygen -l -f /etc/ssh/ssh_host_*_key.pub), ` +
        `then accept it: ${accepting(route)}`,
    })
  }
  const { entry } = verdict
  const place = `${entry.file}:${entry.line}`
  const known = `${entry.type} ${fingerprint(Buffer.from(entry.key, 'base64'))}`
  return new FlightError({
    code: 'FLIGHT_HOST_KEY_CHANGED',
    ...onServer(route.server),
    what:
      verdict.kind === 'revoked'
        ? `${networkAddress(route)} shows a host key that ${place} revokes: ${type} ${offered}`
        : `${networkAddress(route)} shows another host key than the known one: ${place} knows ${known}, offered is ` +
          `${type} ${offered}`,
    hint:
      verdict.kind === 'revoked'
        ? 'Somebody declared this key stolen or dead. Do not connect before the server has a new one.'
        : `Somebody may be in between. When the server was really set up anew, delete line ${entry.line} of ` +
          `${entry.file} and accept the new key: ${accepting(route)}`,
  })
}

function accepting(route: Route): string {
  return route.isJump ? `ssh -p ${route.port} ${route.user}@${route.host} true` : `flight trust ${route.server}`
}

const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
] as const

// Every algorithm that we accept, those of known keys first, so that the server proves a key that we can compare.
export function hostKeyAlgorithms(keys: HostKeys): (typeof ALGORITHMS)[number][] {
  const types = new Set(keys.entries.filter((e) => e.marker === 'key').map((e) => e.type))
  const isKnown = (name: string): boolean => types.has(name.startsWith('rsa-') ? 'ssh-rsa' : name)
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((name) => !isKnown(name))]
}
