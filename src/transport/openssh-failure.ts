import type { FlightError } from '../model/errors.ts'
import { notLetIn, reasonInText, unreachable } from './failures.ts'
import { refuse, type HostKeys } from './host-keys.ts'
import { fingerprint } from './known-hosts.ts'
import { briefly } from '../model/printable.ts'
import { HungUpEarly } from './retry.ts'
import type { Route } from './route.ts'

// What `ssh -v` has said so far.
export type SshLog = {
  keyType: string
  hostKey: string // fingerprint of the last key that a server showed
  offered: string[] // identities since then
  plain: string[] // the lines that are not debug output
}

export function emptyLog(): SshLog {
  return { keyType: '', hostKey: '', offered: [], plain: [] }
}

// Takes one line of `ssh -v` in. With jump hosts the lines of all hops come, the last one is the server itself.
export function takeLine(log: SshLog, line: string): void {
  const key = /^debug1: Server host (?:key|certificate): (\S+) (SHA256:[A-Za-z0-9+/]+)/.exec(line)
  const offer = /^debug1: Offering public key: (.+?) (?:[A-Z0-9-]+ )?SHA256:/.exec(line)
  if (key?.[1] !== undefined && key[2] !== undefined) {
    log.keyType = key[1]
    log.hostKey = key[2]
    log.offered = []
  } else if (offer?.[1] !== undefined) log.offered.push(briefly(offer[1]))
  else if (
    !/^debug\d: |^OpenSSH_|^Authenticated |^Transferred: |^Bytes per second: |^$/.test(line) &&
    log.plain.length < 50
  )
    log.plain.push(line)
}

// What the end of an ssh that never got in means. ssh has one exit code for all of it, so its words must do (LC_ALL=C).
export function explain(route: Route, hostKeys: HostKeys, log: SshLog): FlightError | HungUpEarly {
  const text = log.plain.join('\n')
  if (/Permission denied \(|Too many authentication failures/.test(text)) return notLetIn(route, log.offered, undefined)
  if (/Host key verification failed/.test(text))
    return refuse(route, verdictOn(hostKeys, log.hostKey), log.keyType, log.hostKey)
  const reason = reasonInText(text)
  if (reason !== undefined) return unreachable(route, reason, route.jump)
  if (/Connection (?:closed|reset)/.test(text) && log.hostKey === '')
    return new HungUpEarly(unreachable(route, 'ECONNRESET', route.jump))
  return unreachable(route, briefly(text) === '' ? 'ssh ended without a word' : text, route.jump)
}

function verdictOn(hostKeys: HostKeys, offered: string): Parameters<typeof refuse>[1] {
  const shown = (key: string): string => fingerprint(Buffer.from(key, 'base64'))
  const revoked = hostKeys.entries.find((e) => e.marker === 'revoked' && shown(e.key) === offered)
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked }
  const other = hostKeys.entries.find((e) => e.marker === 'key' && shown(e.key) !== offered)
  return other === undefined ? { kind: 'unknown' } : { kind: 'changed', entry: other }
}
