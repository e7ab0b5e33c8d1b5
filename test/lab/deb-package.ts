import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { must } from './command.ts'

// A small package: control fields (Depends, Provides, Conflicts …), files by path, maintainer scripts by name.
export type PackageSpec = {
  name: string
  version: string
  fields?: Record<string, string>
  files?: Record<string, string>
  // A file here is executable.
  programs?: Record<string, string>
  scripts?: Partial<Record<'preinst' | 'postinst' | 'prerm' | 'postrm', string>>
}

// Builds the package into a folder.
export async function buildPackage(spec: PackageSpec, into: string): Promise<void> {
  const tree = mkdtempSync(join(tmpdir(), 'flight-deb-'))
  const put = (path: string, text: string, mode: number) => {
    const target = join(tree, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
    chmodSync(target, mode)
  }
  const fields = {
    Package: spec.name,
    Version: spec.version,
    Architecture: 'all',
    Maintainer: 'Lab <lab@example.invalid>',
    Description: `${spec.name} of the lab`,
    ...spec.fields,
  }
  put(
    'DEBIAN/control',
    Object.entries(fields)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
    0o644,
  )
  for (const [name, text] of Object.entries(spec.scripts ?? {})) put(`DEBIAN/${name}`, text, 0o755)
  for (const [path, text] of Object.entries(spec.files ?? {})) put(path, text, 0o644)
  for (const [path, text] of Object.entries(spec.programs ?? {})) put(path, text, 0o755)
  chmodSync(tree, 0o755)
  try {
    await must('dpkg-deb', ['--build', '--root-owner-group', '-Zgzip', tree, into])
  } finally {
    rmSync(tree, { recursive: true })
  }
}
