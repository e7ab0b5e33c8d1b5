import { isIP } from 'node:net'
import type { PathSegment } from '../schema/violation.ts'
import { shown } from '../schema/wording.ts'
import { at, items, text } from './node.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'

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
