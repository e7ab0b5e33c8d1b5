import { FlightError, onServer } from '../../model/errors.ts'
import type { ScannedKey } from '../../transport/host-key-scan.ts'

// Refuses a key that is not the expected one, and one that known_hosts speaks against.
export function refuseWrongKey(server: string, key: ScannedKey, expected: string | undefined): void {
  const shown = `${key.type} ${key.fingerprint}`
  if (expected !== undefined && expected !== key.fingerprint) {
    throw new FlightError({
      code: 'FLIGHT_HOST_KEY_UNKNOWN',
      ...onServer(server),
      what: `shows ${shown}, expected is ${expected}`,
      hint:
        'Compare with `ssh-keygen -l -f /etc/ssh/ssh_host_*_key.pub` on its console. A server has one key of ' +
        'each type: is it another type?',
    })
  }
  if (key.verdict.kind !== 'changed' && key.verdict.kind !== 'revoked') return
  const { file, line } = key.verdict.entry
  throw new FlightError({
    code: 'FLIGHT_HOST_KEY_CHANGED',
    ...onServer(server),
    what:
      key.verdict.kind === 'revoked'
        ? `shows ${shown}, which ${file}:${line} revokes`
        : `shows ${shown}, but ${file}:${line} knows another key`,
    hint:
      key.verdict.kind === 'revoked'
        ? 'Somebody declared this key stolen or dead. Do not connect before the server has a new one.'
        : `Somebody may be in between. When the server was really set up anew, delete line ${line} of ${file} and ` +
          `run this again.`,
  })
}

// The known_hosts file that the key belongs into.
export function knownHostsFile(server: string, key: ScannedKey): string {
  if (key.file !== undefined) return key.file
  throw new FlightError({
    code: 'FLIGHT_USAGE',
    ...onServer(server),
    what: 'ssh_config names no known_hosts file for it',
    hint: 'Set UserKnownHostsFile, or remove the line that sets it to none.',
  })
}
