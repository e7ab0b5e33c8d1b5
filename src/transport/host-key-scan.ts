import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import ssh2 from 'ssh2'
import { noAnswerInTime, reasonOf, unreachable } from './failures.ts'
import { hostKeyAlgorithms, type HostKeys } from './host-keys.ts'
import { fingerprint, hashedName, judge, knownHostName, typeOfBlob, type Verdict } from './known-hosts.ts'
import type { Route } from './route.ts'

export type ScannedKey = {
  type: string
  fingerprint: string // SHA256:…
  line: string // what to append to a known_hosts file
  file: string | undefined // the known_hosts file that ssh would append it to
  verdict: Verdict // what the known_hosts files say about this key now
}

// Takes the host key that the server shows and hangs up before authentication.
export async function scanHostKey(route: Route, socket: Duplex, hostKeys: HostKeys): Promise<ScannedKey> {
  const blob = await takeKey(route, socket, hostKeys)
  const type = typeOfBlob(blob)
  const plain = knownHostName(route.host, route.port, route.hostKeyAlias)
  const name = route.hashKnownHosts ? hashedName(plain, randomBytes(20)) : plain
  return {
    type,
    fingerprint: fingerprint(blob),
    line: `${name} ${type} ${blob.toString('base64')}`,
    file: route.userKnownHosts[0],
    verdict: judge(hostKeys.entries, hostKeys.names, { type, blob }),
  }
}

function takeKey(route: Route, socket: Duplex, hostKeys: HostKeys): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const finish = (act: () => void): void => {
      clearTimeout(timer)
      act()
      socket.destroy()
    }
    const fail = (reason: string): void => finish(() => reject(unreachable(route, reason, route.jump)))
    const timer = setTimeout(
      () => finish(() => reject(noAnswerInTime(route, 'show a host key', route.connectTimeout, route.jump))),
      route.connectTimeout,
    )
    client.on('error', (error) => fail(error.level === 'client-socket' ? reasonOf(error) : error.message))
    client.on('close', () => fail('ECONNRESET'))
    client.connect({
      sock: socket,
      username: route.user,
      readyTimeout: 0,
      algorithms: { serverHostKey: hostKeyAlgorithms(hostKeys) },
      hostVerifier: (blob: Buffer): boolean => {
        finish(() => resolve(Buffer.from(blob)))
        return false
      },
    })
  })
}
