import type { PathSegment } from '../schema/violation.ts'
import type { Place } from './place.ts'

// YAML with places. `source` is a scalar as it was typed: 8.10 where the value is 8.1.
// `size` counts the nodes below, aliases written out.
export type Node = ScalarNode | ListNode | MapNode
type ScalarNode = { kind: 'scalar'; place: Place; size: 1; value: string | number | boolean | null; source: string }
type ListNode = { kind: 'list'; place: Place; size: number; items: readonly Node[] }
type MapNode = { kind: 'map'; place: Place; size: number; entries: ReadonlyMap<string, NodeEntry> }
export type NodeEntry = { keyPlace: Place; node: Node }

// The plain data that a validator sees. Mappings have no prototype, so that no key is special.
export function plain(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(plain)
    case 'map': {
      const object: Record<string, unknown> = Object.create(null)
      for (const [key, entry] of node.entries) object[key] = plain(entry.node)
      return object
    }
  }
}

// The node at a path, or undefined.
export function at(node: Node | undefined, ...path: readonly PathSegment[]): Node | undefined {
  let here = node
  for (const segment of path) {
    if (here?.kind === 'map') here = here.entries.get(String(segment))?.node
    else if (here?.kind === 'list' && typeof segment === 'number') here = here.items[segment]
    else return undefined
  }
  return here
}

// The place of a path: of the value, or of the nearest node around it.
export function placeAt(node: Node, path: readonly PathSegment[]): Place {
  let here = node
  for (const segment of path) {
    const next = at(here, segment)
    if (next === undefined) break
    here = next
  }
  return here.place
}

// The place of a mapping's key.
export function keyPlace(node: Node | undefined, key: string): Place | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.keyPlace : undefined
}

export function text(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

export function number(node: Node | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined
}

// The items of a list, none for anything else.
export function items(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : []
}

// The entries of a mapping, none for anything else.
export function entries(node: Node | undefined): readonly (readonly [string, NodeEntry])[] {
  return node?.kind === 'map' ? [...node.entries] : []
}
