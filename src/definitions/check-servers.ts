import type { PathSegment } from '../schema/violation.ts'
import { at, items, number, text } from './node.ts'
import type { Node } from './node.ts'
import { placeText } from './place.ts'
import type { Finding, Place } from './place.ts'
import type { Source } from './source.ts'

// A server belongs to one cluster: no name and no address twice in the whole folder.
export function checkServers(clusters: readonly Source[], settings: Node | undefined): Finding[] {
  const names = new Map<string, Place>()
  const addresses = new Map<string, Place>()
  const findings: Finding[] = []
  for (const { node } of clusters) {
    for (const [index, server] of items(at(node, 'servers')).entries()) {
      const name = at(server, 'name')
      const host = at(server, 'host')
      findings.push(...once(names, text(name)?.toLowerCase(), name, ['servers', index, 'name'], 'the name is taken'))
      const address = addressOf(server, node, settings)
      findings.push(...once(addresses, address, host, ['servers', index, 'host'], 'is the address of another server'))
    }
  }
  return findings
}

function once(
  seen: Map<string, Place>,
  key: string | undefined,
  node: Node | undefined,
  path: readonly PathSegment[],
  what: string,
): Finding[] {
  if (key === undefined || node === undefined) return []
  const first = seen.get(key)
  if (first === undefined) {
    seen.set(key, node.place)
    return []
  }
  // One cluster's own repetition of a name is told there.
  if (path[2] === 'name' && first.file === node.place.file) return []
  return [{ code: 'FLIGHT_REFERENCE', place: node.place, path, what: `${what} (${placeText(first)})` }]
}

// Behind different jump hosts the same private address is another machine.
function addressOf(server: Node, cluster: Node | undefined, settings: Node | undefined): string | undefined {
  const host = text(at(server, 'host'))
  if (host === undefined) return undefined
  const levels = [server, cluster, settings]
  const port = levels.map((level) => number(at(level, 'ssh', 'port'))).find((value) => value !== undefined) ?? 22
  const jump = levels.map((level) => text(at(level, 'ssh', 'jump'))).find((value) => value !== undefined) ?? ''
  return JSON.stringify([host.toLowerCase(), port, jump])
}
