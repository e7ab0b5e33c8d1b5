import type { PhpVersion } from '../model/definitions.ts'
import type { PathSegment } from '../schema/violation.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'

const VERSION = /^[5-9]\.[0-9]{1,2}$/

// "8.2" for 8.2 and "8.2"; undefined for what is no version.
export function phpVersion(node: Node | undefined): PhpVersion | undefined {
  if (node?.kind !== 'scalar') return undefined
  const written = typeof node.value === 'string' ? node.value : node.source
  const read = String(node.value)
  return VERSION.test(written) && written === read ? written : undefined
}

// The trap of YAML numbers: 8.10 is 8.1, 8 is no version. What is no number at all, the schema has refused already.
export function checkPhpVersion(node: Node | undefined, path: readonly PathSegment[]): Finding[] {
  if (node?.kind !== 'scalar' || typeof node.value !== 'number' || phpVersion(node) !== undefined) return []
  if (node.value < 5 || node.value >= 10) return []
  const cut = VERSION.test(node.source)
  return [
    {
      code: 'FLIGHT_SCHEMA',
      place: node.place,
      path,
      what: cut
        ? `YAML reads ${node.source} as the number ${node.value}`
        : `must be a PHP version such as 8.2, is ${node.source}`,
      hint: cut ? `quote it: "${node.source}"` : 'write MAJOR.MINOR',
    },
  ]
}

// By number, not by text: 8.2 before 8.10.
export function sortedVersions(versions: Iterable<PhpVersion>): PhpVersion[] {
  return [...new Set(versions)].sort((a, b) => rank(a) - rank(b))
}

function rank(version: PhpVersion): number {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  return major * 1000 + minor
}
