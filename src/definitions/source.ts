import type { Validator } from '../schema/violation.ts'
import { checkSchema } from './check-schema.ts'
import { listFiles } from './list-files.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'
import { readText } from './read-file.ts'
import { readYaml } from './read-yaml.ts'

// A definition as it was read. `node` is undefined when the file is no YAML at all.
export type Source = { name: string; file: string; node: Node | undefined }

// One file, read and parsed.
export async function readSource(root: string, file: string): Promise<{ node: Node | undefined; findings: Finding[] }> {
  const text = await readText(root, file)
  if (typeof text !== 'string') return { node: undefined, findings: [text] }
  const node = readYaml(file, text)
  return 'kind' in node ? { node, findings: [] } : { node: undefined, findings: [node] }
}

// Every definition of a folder, read and checked against its schema.
export async function readSources(
  root: string,
  folder: 'clusters' | 'apps',
  validator: Validator,
): Promise<{ sources: Source[]; findings: Finding[] }> {
  const sources: Source[] = []
  const findings: Finding[] = []
  for (const { file, name, base } of await listFiles(root, folder)) {
    const read = await readSource(root, file)
    findings.push(...read.findings)
    if (base) continue
    if (read.node !== undefined) findings.push(...checkSchema(validator, read.node))
    sources.push({ name, file, node: read.node })
  }
  return { sources, findings }
}
