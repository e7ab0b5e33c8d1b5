import { isIP } from 'node:net'
import type { PathSegment } from '../schema/violation.ts'
import { shown } from '../schema/wording.ts'
import { cronFault } from './cron-expression.ts'
import { at, items, type Node, text } from './node.ts'
import type { Finding } from './place.ts'

// The same text twice in a list.
export function checkRepeated(node: Node, ...path: readonly PathSegment[]): Finding[] {
  const seen = new Map<string, number>()
  return items(at(node, ...path)).flatMap((item, index): Finding[] => {
    const value = text(item)
    if (value === undefined) return []
    const before = seen.get(value)
    if (before === undefined) {
      seen.set(value, index)
      return []
    }
    return [
      { code: 'FLIGHT_SCHEMA', place: item.place, path: [...path, index], what: `${shown(value)} stands here twice` },
    ]
  })
}

// Two entries with the same `name`, in one list or in several.
export function checkNames(node: Node, what: string, lists: readonly (readonly PathSegment[])[]): Finding[] {
  const seen = new Map<string, Node>()
  return lists.flatMap((list) =>
    items(at(node, ...list)).flatMap((item, index): Finding[] => {
      const named = at(item, 'name')
      const name = text(named)
      if (named === undefined || name === undefined) return []
      const first = seen.get(name)
      if (first === undefined) {
        seen.set(name, named)
        return []
      }
      const path = [...list, index, 'name']
      return [
        {
          code: 'FLIGHT_SCHEMA',
          place: named.place,
          path,
          what: `${what} ${shown(name)} is there already, in line ${first.place.line}`,
        },
      ]
    }),
  )
}

// A cron expression whose fields are out of range.
export function checkCron(node: Node, ...path: readonly PathSegment[]): Finding[] {
  const expression = at(node, ...path)
  const written = text(expression)
  if (expression === undefined || written === undefined || written.length > 200) return []
  const what = cronFault(written)
  return what === undefined ? [] : [{ code: 'FLIGHT_SCHEMA', place: expression.place, path, what }]
}

// Whatever in a list is no address and no network.
export function checkNetworks(node: Node, ...path: readonly PathSegment[]): Finding[] {
  return items(at(node, ...path)).flatMap((item, index): Finding[] => {
    const network = text(item)
    if (network === undefined || network.length > 60 || isNetwork(network)) return []
    return [
      {
        code: 'FLIGHT_SCHEMA',
        place: item.place,
        path: [...path, index],
        what: `must be an address or a network, is ${shown(network)}`,
        hint: 'for example 10.0.0.0/8',
      },
    ]
  })
}

function isNetwork(network: string): boolean {
  const [address, bits] = network.split('/') as [string, string | undefined]
  const version = isIP(address)
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128))
}
