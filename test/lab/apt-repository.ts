import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type PackageSpec } from './deb-package.ts'
import { keyFingerprints, makeSigningKey } from './signing.ts'
import { serveFolder } from './static-server.ts'
import { writeSuite } from './suite-index.ts'

// A signed apt repository over HTTP, the stand-in for Sury and the like.
export type AptRepository = {
  // For `URIs:` of a source; suites are under it, component main.
  url: string
  // The key that signs, 40 hex digits, and where it is served.
  fingerprint: string
  keyUrl: string
  armoredKeyUrl: string
  // A key that signs nothing unless asked to.
  otherFingerprint: string
  otherKeyUrl: string
  // A file that holds both keys.
  twoKeysUrl: string
  // Makes or replaces a suite.
  publish(
    suite: string,
    packages: readonly PackageSpec[],
    options?: { signedBy?: 'own' | 'other'; origin?: string },
  ): Promise<void>
  // The suite is gone, as after a release's end of life.
  drop(suite: string): void
  // Any file, such as a stand-in for composer.phar.
  serve(path: string, content: string | Buffer): { url: string; sha256: string }
  // A keyring of this machine's Debian, such as 'debian-archive-bullseye-stable.gpg', as a key file.
  serveDebianKeyring(name: string): Promise<{ url: string; fingerprints: string[] }>
  // "METHOD PATH STATUS" of everything that was asked so far.
  requests: string[]
  close(): Promise<void>
}

// Starts a repository at an address of the lab (`lab.places.gateway`), with no suites yet; hosts reach it even offline.
export async function startAptRepository(address: string, port = 0): Promise<AptRepository> {
  const folder = mkdtempSync(join(tmpdir(), 'flight-apt-'))
  const [own, other] = await Promise.all([makeSigningKey('Lab archive'), makeSigningKey('Somebody else')])
  const server = await serveFolder(folder, address, port)
  const serve: AptRepository['serve'] = (path, content) => {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return { url: `${server.url}/${path}`, sha256: createHash('sha256').update(content).digest('hex') }
  }
  return {
    url: server.url,
    fingerprint: own.fingerprint,
    keyUrl: serve('keys/own.gpg', own.binary).url,
    armoredKeyUrl: serve('keys/own.asc', own.armored).url,
    otherFingerprint: other.fingerprint,
    otherKeyUrl: serve('keys/other.gpg', other.binary).url,
    twoKeysUrl: serve('keys/two.gpg', Buffer.concat([own.binary, other.binary])).url,
    requests: server.requests,
    async publish(suite, packages, options = {}) {
      const signedBy = options.signedBy === 'other' ? other : own
      await writeSuite(folder, { suite, packages, origin: options.origin ?? 'Lab', signedBy })
    },
    drop(suite) {
      rmSync(join(folder, 'dists', suite), { recursive: true })
    },
    serve,
    async serveDebianKeyring(name) {
      const path = join(KEYRINGS, name)
      const there = readdirSync(KEYRINGS)
      if (!there.includes(name)) throw new Error(`${path} does not exist; there are: ${there.join(' ')}`)
      return { url: serve(`keys/${name}`, readFileSync(path)).url, fingerprints: await keyFingerprints(path) }
    },
    async close() {
      await server.close()
      own.close()
      other.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const KEYRINGS = '/usr/share/keyrings'
