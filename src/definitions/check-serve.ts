import { isIP } from 'node:net'
import { shown } from '../schema/wording.ts'
import { checkNames, checkNetworks, checkRepeated } from './check-lists.ts'
import { at, text } from './node.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'
import { addressIn } from './resolve-serve.ts'

// What a schema cannot say about `serve` of flight.yml.
export function checkServe(node: Node): Finding[] {
  const serve = at(node, 'serve')
  if (serve?.kind !== 'map') return []
  return [
    ...checkListen(serve),
    ...checkRepeated(node, 'serve', 'trusted_proxies'),
    ...checkNetworks(node, 'serve', 'trusted_proxies'),
    ...checkNames(node, 'receiver', [['serve', 'notify']]),
  ]
}

function checkListen(serve: Node): Finding[] {
  const node = at(serve, 'listen')
  const written = text(node)
  if (node === undefined || written === undefined) return []
  const { host, port } = addressIn(written)
  if (isIP(host) !== 0 && port <= 65535) return []
  return [
    {
      code: 'FLIGHT_SCHEMA',
      place: node.place,
      path: ['serve', 'listen'],
      what: `must be an address of this machine and a port, is ${shown(written)}`,
      hint: 'for example 127.0.0.1:8180',
    },
  ]
}
