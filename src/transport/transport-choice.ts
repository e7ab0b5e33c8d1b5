import { access } from 'node:fs/promises'
import { needsAuthority, type HostKeys } from './host-keys.ts'
import { readPublicFile } from './key-files.ts'
import type { Route } from './route.ts'

// Why only the ssh program can go this way; undefined when ssh2 can.
export async function whyOpenSsh(
  route: Route,
  hostKeysOf: (route: Route) => Promise<HostKeys>,
  toJump: (spec: string, seconds: number) => Promise<Route>,
): Promise<string | undefined> {
  if (route.proxyCommand !== undefined) return 'it is reached through a ProxyCommand'
  if (route.certificateFiles.length > 0) return 'ssh_config names a CertificateFile'
  for (const file of route.identityFiles) {
    if (await exists(`${file}-cert.pub`)) return `${file} has a certificate`
    if (route.identitiesNamed && (await readPublicFile(file))?.type.startsWith('sk-') === true)
      return `${file} is a security key`
  }
  if (needsAuthority(await hostKeysOf(route))) return 'known_hosts trusts a certificate authority for it'
  if (route.jump === undefined) return undefined
  const jump = await toJump(route.jump, route.connectTimeout / 1000)
  const why = await whyOpenSsh(jump, hostKeysOf, toJump)
  return why === undefined ? undefined : `${jump.server}: ${why}`
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
