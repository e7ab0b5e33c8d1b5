import type { PathSegment } from '../schema/violation.ts'
import { checkCron, checkNames, checkRepeated } from './check-lists.ts'
import { at, entries, items, keyPlace, type Node, number, text } from './node.ts'
import { checkPhpVersion } from './php-version.ts'
import type { Finding } from './place.ts'

// What a schema cannot say about one app.
export function checkApp(node: Node): Finding[] {
  return [
    ...checkPhpVersion(at(node, 'php'), ['php']),
    ...['domains', 'linked_dirs', 'linked_files', 'keep_assets', 'release_from'].flatMap((list) =>
      checkRepeated(node, list),
    ),
    ...checkDomains(node),
    ...checkLinked(node),
    ...checkProxy(node),
    ...checkNames(node, 'server', [['servers']]),
    ...items(at(node, 'servers')).flatMap((server, index) => checkServer(node, server, index)),
  ]
}

function checkServer(node: Node, server: Node, index: number): Finding[] {
  const path = ['servers', index]
  return [
    ...checkWeb(at(server, 'web'), [...path, 'web']),
    ...checkNames(node, 'queue or daemon', [
      [...path, 'queues'],
      [...path, 'daemons'],
    ]),
    ...checkNames(node, 'cron entry', [[...path, 'cron']]),
    ...items(at(server, 'cron')).flatMap((_, entry) => checkCron(node, ...path, 'cron', entry, 'at')),
  ]
}

function checkDomains(node: Node): Finding[] {
  const findings: Finding[] = []
  const domain = at(node, 'domain')
  if (domain !== undefined && at(node, 'domains') !== undefined) {
    findings.push({
      code: 'FLIGHT_SCHEMA',
      place: domain.place,
      path: ['domain'],
      what: 'stands beside domains',
      hint: 'move it into domains',
    })
  }
  for (const [source, { keyPlace, node: target }] of entries(at(node, 'redirects'))) {
    if (text(target) !== source) continue
    findings.push({ code: 'FLIGHT_SCHEMA', place: keyPlace, path: ['redirects', source], what: 'redirects to itself' })
  }
  return findings
}

// A link inside a linked directory would be made in what all releases share.
function checkLinked(node: Node): Finding[] {
  const linked = ['linked_dirs', 'linked_files'].flatMap((list) =>
    items(at(node, list)).flatMap((item, index) => {
      const value = text(item)
      return value === undefined || value.length > 200 ? [] : [{ list, index, item, path: trimmed(value) }]
    }),
  )
  const directories = new Map(linked.filter(({ list }) => list === 'linked_dirs').map(({ path, item }) => [path, item]))
  return linked.flatMap(({ list, index, item, path }): Finding[] => {
    const outer = [...(list === 'linked_files' ? [path] : []), ...parents(path)].find((parent) =>
      directories.has(parent),
    )
    if (outer === undefined) return []
    const what =
      outer === path ? `${path} is among linked_dirs already` : `${path} lies in ${outer}, which is linked as a whole`
    return [{ code: 'FLIGHT_SCHEMA', place: item.place, path: [list, index], what, hint: 'keep one of them' }]
  })
}

function parents(path: string): string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'))
}

function trimmed(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

const SPARE = ['min_spare_workers', 'initial_workers', 'max_spare_workers'] as const

// PHP-FPM refuses a pool whose numbers contradict each other, and with it every pool of that version.
function checkWeb(web: Node | undefined, path: readonly PathSegment[]): Finding[] {
  if (web?.kind !== 'map') return []
  const pm = text(at(web, 'pm')) ?? 'dynamic'
  if (pm === 'static' || pm === 'ondemand') {
    return SPARE.filter((key) => web.entries.has(key)).map((key) => ({
      code: 'FLIGHT_SCHEMA',
      place: keyPlace(web, key) ?? web.place,
      path: [...path, key],
      what: `means nothing with pm: ${pm}`,
      hint: 'remove it',
    }))
  }
  if (pm !== 'dynamic') return []
  // What is not written is chosen to fit.
  const written = [...SPARE, 'max_workers'].flatMap((key) => {
    const node = at(web, key)
    const value = number(node)
    return node === undefined || value === undefined ? [] : [{ key, value, place: node.place }]
  })
  for (const [index, { key, value, place }] of written.entries()) {
    const above = written[index + 1]
    if (above === undefined || value <= above.value) continue
    const what = `must be <= ${above.key}, is ${value} > ${above.value}`
    return [{ code: 'FLIGHT_SCHEMA', place, path: [...path, key], what, hint: `${SPARE.join(' <= ')} <= max_workers` }]
  }
  return []
}

const CHALLENGES = '/.well-known/acme-challenge'

// Paths of nginx.proxy that would take the challenges for a
// certificate, that no request has, or that stand there twice.
function checkProxy(node: Node): Finding[] {
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
