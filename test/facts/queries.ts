import type { FactQuery } from '../../src/model/fact.ts'
import type { ConfigurationMark } from '../../src/model/service.ts'

export const MARKS: readonly ConfigurationMark[] = [
  { by: 'none' },
  { by: 'pid-file', path: '/run/it.pid' },
  { by: 'newest-worker', pidFile: '/run/it.pid' },
]

// A question of every sort about one name.
export function someQueries(path: string): FactQuery[] {
  return [
    { fact: 'file', path, wanted: 'a'.repeat(64) },
    { fact: 'file', path: `${path}-2`, wanted: undefined },
    { fact: 'key', path },
    { fact: 'manifest' },
    { fact: 'foreign', claim: 'nginx-default-server' },
    { fact: 'foreign', claim: 'nginx-server-name' },
    { fact: 'foreign', claim: 'fpm-pool' },
    { fact: 'foreign', claim: 'apt-source' },
    { fact: 'user', name: path },
    { fact: 'group', name: path },
    ...MARKS.map((mark, index): FactQuery => ({
      fact: 'service',
      unit: `${path}${index}.service`,
      configuration: [path],
      mark,
    })),
    { fact: 'package', name: path },
    { fact: 'pushes', app: path, previous: true },
    { fact: 'pushes', app: path, previous: false },
    { fact: 'environment', app: path, path },
    { fact: 'releases', app: path },
    { fact: 'programs' },
    { fact: 'memory' },
  ]
}
