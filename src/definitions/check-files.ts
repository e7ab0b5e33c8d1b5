import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { at, text } from './node.ts'
import type { Finding } from './place.ts'
import type { Source } from './source.ts'

const FILES = [
  ['nginx', 'basic_auth'],
  ['nginx', 'include'],
] as const

// The files that an app's definition names must lie beside it: what they say is part of the definitions.
export async function checkFiles(root: string, { file, node }: Source): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const path of FILES) {
    const named = at(node, ...path)
    const name = text(named)
    if (named === undefined || name === undefined || !/^[A-Za-z0-9_.@+/-]{1,200}$/.test(name)) continue
    const wanted = join(dirname(file), name)
    const found = await stat(join(root, wanted)).catch(() => undefined)
    if (found?.isFile() === true) continue
    const what = found === undefined ? `there is no file ${wanted}` : `${wanted} is no file`
    findings.push({ code: 'FLIGHT_REFERENCE', place: named.place, path, what, hint: `the path is relative to ${dirname(file)}/` })
  }
  return findings
}
