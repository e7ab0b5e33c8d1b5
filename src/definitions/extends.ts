import { suggestion } from './names.ts'
import { at, text } from './node.ts'
import type { NodeEntry, Node } from './node.ts'
import type { Finding } from './place.ts'

// Base files by name (_laravel); undefined where the file is no YAML.
export type Bases = ReadonlyMap<string, Node | undefined>

export type Extended = { node: Node; findings: Finding[]; complete: boolean; used: readonly string[] }

// The definition with everything it extends. Mappings are merged, lists and values replaced; places stay with their
// files. Not complete: a base is missing or broken, so that nothing can be said about what is absent.
export function applyExtends(node: Node, bases: Bases): Extended {
  const used: string[] = []
  let merged = node
  let top = node
  for (;;) {
    const wanted = at(top, 'extends')
    const name = text(wanted)
    if (wanted === undefined || name === undefined) return { node: merged, findings: [], complete: true, used }
    const refuse = (what: string, hint: string): Extended => ({
      node: merged,
      findings: [{ code: 'FLIGHT_REFERENCE', place: wanted.place, path: ['extends'], what, hint }],
      complete: false,
      used,
    })
    if (used.includes(name)) return refuse(`extends in circles: ${[...used, name].join(' -> ')}`, 'remove one of them')
    // the schema refuses it
    if (!/^_[\w-]{1,60}$/.test(name)) return { node: merged, findings: [], complete: false, used }
    if (!bases.has(name))
      return refuse(`there is no base file ${name}.yml beside this one`, suggestion(name, [...bases.keys()]))
    used.push(name)
    const base = bases.get(name)
    if (base?.kind !== 'map') return { node: merged, findings: [], complete: false, used }
    merged = merge(base, merged)
    top = base
  }
}

// `over` on top of `under`.
function merge(under: Node, over: Node): Node {
  if (under.kind !== 'map' || over.kind !== 'map') return over
  const entries = new Map<string, NodeEntry>(under.entries)
  for (const [key, entry] of over.entries) {
    const below = entries.get(key)
    entries.set(key, below === undefined ? entry : { keyPlace: entry.keyPlace, node: merge(below.node, entry.node) })
  }
  return { ...over, entries, size: under.size + over.size }
}
