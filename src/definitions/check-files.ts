import { realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { at, text } from './node.ts'
import type { Finding } from './place.ts'
import type { Source } from './source.ts'

const FILES = [
  ['nginx', 'basic_auth'],
  ['nginx', 'include'],
] as const

// The files that an app's definition names must lie beside it: what they say is part of the definitions, and of the plan.
// A link that leads out of the folder would put any file of the controller into a plan.
export async function checkFiles(root: string, { file, node }: Source): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const path of FILES) {
    const named = at(node, ...path)
    const name = text(named)
    if (named === undefined || name === undefined || !/^[A-Za-z0-9_.@+/-]{1,200}$/.test(name)) continue
    const wanted = join(dirname(file), name)
    const found = await stat(join(root, wanted)).catch(() => undefined)
    const inside = found !== undefined && (await realpath(join(root, wanted))).startsWith((await realpath(root)) + sep)
    if (found?.isFile() === true && inside) continue
    const what = found === undefined ? `there is no file ${wanted}` : inside ? `${wanted} is no file` : `${wanted} links out of the definitions`
    findings.push({ code: 'FLIGHT_REFERENCE', place: named.place, path, what, hint: `the path is relative to ${dirname(file)}/` })
  }
  return findings
}
