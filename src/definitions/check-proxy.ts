import { at, entries } from './node.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'

const CHALLENGES = '/.well-known/acme-challenge'

// Paths of nginx.proxy that would take the challenges for a
// certificate, that no request has, or that stand there twice.
export function checkProxy(node: Node): Finding[] {
  const seen = new Set<string>()
  return entries(at(node, 'nginx', 'proxy')).flatMap(([key, { keyPlace }]): Finding[] => {
    const wrong = (what: string, hint: string): Finding[] => [
      { code: 'FLIGHT_SCHEMA', place: keyPlace, path: ['nginx', 'proxy', key], what, hint },
    ]
    const plain = key.length > 1 && key.endsWith('/') ? key.slice(0, -1) : key
    const again = seen.has(plain)
    seen.add(plain)
    if (plain === CHALLENGES || plain.startsWith(`${CHALLENGES}/`))
      return wrong('would take the challenges for the certificate, which nginx answers', 'remove it')
    if (/\/\/|\/\.{1,2}(?:\/|$)/.test(key))
      return wrong(
        'would never be asked for: nginx joins // and follows . and .. before it looks',
        'write the path without them',
      )
    return again
      ? wrong(
          `stands here twice, with and without the last /: ${plain} means ${plain} and all below it`,
          'keep one of them',
        )
      : []
  })
}
