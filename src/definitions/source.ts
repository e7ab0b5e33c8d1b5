import type { Validator } from '../schema/violation.ts'
import { checkSchema } from './check-schema.ts'
import { applyExtends } from './extends.ts'
import { listFiles } from './list-files.ts'
import { checkName } from './names.ts'
import type { Node } from './node.ts'
import { ofFile } from './place.ts'
import type { Finding } from './place.ts'
import { readText } from './read-file.ts'
import { readYaml } from './read-yaml.ts'

// A definition as it was read, with what it extends. `node` is undefined when the file is no YAML at all.
export type Source = { name: string; file: string; node: Node | undefined }

export type Sources = { sources: Source[]; findings: Finding[]; unused: Finding[] }

// One file, read and parsed.
export async function readSource(root: string, file: string): Promise<{ node: Node | undefined; findings: Finding[] }> {
  const text = await readText(root, file)
  if (typeof text !== 'string') return { node: undefined, findings: [text] }
  const node = readYaml(file, text)
  return 'kind' in node ? { node, findings: [] } : { node: undefined, findings: [node] }
}

// Every definition of a folder, read, extended and checked against its schema.
export async function readSources(root: string, folder: 'clusters' | 'apps', validator: Validator): Promise<Sources> {
  const listed = await listFiles(root, folder)
  const findings = [...listed.findings, ...sameNames(listed.files)]
  const bases = new Map<string, Node | undefined>()
  const read: Source[] = []
  for (const { file, name, base } of listed.files) {
    const { node, findings: broken } = await readSource(root, file)
    findings.push(...broken)
    if (base) {
      bases.set(name, node)
      if (node !== undefined) findings.push(...checkSchema(validator, node, 'partial'))
    } else {
      findings.push(...checkName(file, name, folder === 'apps' ? 'app' : 'cluster'))
      read.push({ name, file, node })
    }
  }
  const used = new Set<string>()
  const sources = read.map((source) => {
    if (source.node === undefined) return source
    const extended = applyExtends(source.node, bases)
    for (const name of extended.used) used.add(name)
    findings.push(
      ...extended.findings,
      ...checkSchema(validator, extended.node, extended.complete ? 'whole' : 'partial'),
    )
    return { ...source, node: extended.node }
  })
  const unused = listed.files.filter(({ name, base }) => base && !used.has(name)).map(({ file }) => unusedBase(file))
  return { sources, findings, unused }
}

function sameNames(files: readonly { file: string; name: string }[]): Finding[] {
  const first = new Map<string, string>()
  return files.flatMap(({ file, name }): Finding[] => {
    const other = first.get(name)
    first.set(name, other ?? file)
    if (other === undefined) return []
    return [
      {
        code: 'FLIGHT_REFERENCE',
        place: ofFile(file),
        path: [],
        what: `${other} has the same name`,
        hint: 'keep one of them',
      },
    ]
  })
}

function unusedBase(file: string): Finding {
  return { code: 'FLIGHT_REFERENCE', place: ofFile(file), path: [], what: 'nothing extends this file' }
}
