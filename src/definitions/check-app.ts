import { checkCron, checkNames, checkRepeated } from './check-lists.ts'
import { checkProxy } from './check-proxy.ts'
import { checkWeb } from './check-web.ts'
import { at, entries, items, text } from './node.ts'
import type { Node } from './node.ts'
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
