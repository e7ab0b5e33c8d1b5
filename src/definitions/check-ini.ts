import { at, entries } from './node.ts'
import type { Node } from './node.ts'
import type { Finding } from './place.ts'

// OPcache's memory belongs to an FPM master: what one pool says of it is displayed there and nothing else.
const OF_THE_MASTER = [
  'opcache.memory_consumption',
  'opcache.interned_strings_buffer',
  'opcache.max_accelerated_files',
  'opcache.preload',
]

// What keeps the apps of a server apart: none of them may switch it off for itself.
const OF_THE_CLUSTER = ['opcache.restrict_api', 'opcache.validate_permission']

// Settings of php_ini that would do nothing, harm, or harm others where they stand.
export function checkIni(node: Node, of: 'app' | 'cluster'): Finding[] {
  return entries(at(node, 'php_ini')).flatMap(([key, { keyPlace }]): Finding[] => {
    const name = key.toLowerCase()
    const wrong = (what: string, hint: string): Finding[] => [
      { code: 'FLIGHT_SCHEMA', place: keyPlace, path: ['php_ini', key], what, hint },
    ]
    // PHP reads these two in any spelling.
    if (name === 'extension' || name === 'zend_extension') {
      return wrong(
        'php_ini loads no extensions',
        of === 'app' ? 'name it in php_extensions of the cluster' : 'name it in php_extensions',
      )
    }
    if (of === 'cluster') return []
    if (OF_THE_MASTER.some((begin) => name.startsWith(begin))) {
      return wrong(
        'belongs to all apps of a PHP version: said of one it is displayed and has no effect',
        'say it in php_ini of the cluster',
      )
    }
    if (OF_THE_CLUSTER.includes(name))
      return wrong('keeps the apps of a server apart: no app may change it for itself', 'remove it')
    return []
  })
}
