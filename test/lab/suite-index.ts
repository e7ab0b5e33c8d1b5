import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { must } from './command.ts'
import { buildPackage, type PackageSpec } from './deb-package.ts'
import { type SigningKey } from './signing.ts'

export type SuiteSpec = { suite: string; packages: readonly PackageSpec[]; origin: string; signedBy: SigningKey }

// Writes one suite of an apt repository into a folder: its packages, their index, the signed Release.
export async function writeSuite(folder: string, spec: SuiteSpec): Promise<void> {
  const pool = `pool/${spec.suite}`
  const dist = join(folder, 'dists', spec.suite)
  for (const old of [join(folder, pool), dist]) rmSync(old, { recursive: true, force: true })
  mkdirSync(join(folder, pool), { recursive: true })
  for (const each of spec.packages) await buildPackage(each, join(folder, pool))
  const packages = await must('sh', [
    '-c',
    'cd "$1" && dpkg-scanpackages --multiversion "$2" 2>/dev/null',
    'sh',
    folder,
    pool,
  ])
  const architecture = (await must('dpkg', ['--print-architecture'])).trim()
  const indexes: Record<string, Buffer> = {
    [`main/binary-${architecture}/Packages`]: Buffer.from(packages),
    [`main/binary-${architecture}/Packages.gz`]: gzipSync(packages),
  }
  mkdirSync(join(dist, `main/binary-${architecture}`), { recursive: true })
  for (const [path, bytes] of Object.entries(indexes)) writeFileSync(join(dist, path), bytes)
  writeFileSync(join(dist, 'Release'), release(spec, architecture, indexes))
  await spec.signedBy.sign(join(dist, 'Release'), join(dist, 'InRelease'), 'clear')
  await spec.signedBy.sign(join(dist, 'Release'), join(dist, 'Release.gpg'), 'detached')
}

function release(spec: SuiteSpec, architecture: string, indexes: Record<string, Buffer>): string {
  const hashed = Object.entries(indexes).map(
    ([path, bytes]) => ` ${createHash('sha256').update(bytes).digest('hex')} ${bytes.length} ${path}`,
  )
  return [
    `Origin: ${spec.origin}`,
    `Label: ${spec.origin}`,
    `Suite: ${spec.suite}`,
    `Codename: ${spec.suite}`,
    `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
    `Architectures: ${architecture}`,
    'Components: main',
    'SHA256:',
    ...hashed,
    '',
  ].join('\n')
}
