import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ofFile } from './place.ts'
import type { Finding } from './place.ts'

// One definition of clusters/ or apps/: `file` relative to the definitions folder, `name` without .yml.
export type Listed = { file: string; name: string; base: boolean }

// The definitions of a folder, sorted; none when the folder does
// not exist. Hidden files and editors' copies are not meant.
export async function listFiles(
  root: string,
  folder: 'clusters' | 'apps',
): Promise<{ files: Listed[]; findings: Finding[] }> {
  let names: string[]
  try {
    names = await readdir(join(root, folder))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return { files: [], findings: [] }
    const what = code === 'ENOTDIR' ? 'must be a directory' : `cannot be read: ${code ?? String(error)}`
    return { files: [], findings: [{ code: 'FLIGHT_YAML', place: ofFile(`${folder}/`), path: [], what }] }
  }
  const files = names
    .filter((name) => /^[^.].*\.ya?ml$/s.test(name))
    .sort()
    .map((name) => ({ file: `${folder}/${name}`, name: name.replace(/\.ya?ml$/, ''), base: name.startsWith('_') }))
  return { files, findings: [] }
}
