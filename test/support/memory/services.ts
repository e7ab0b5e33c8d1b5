import { createHash } from 'node:crypto'
import { LOADED } from '../../../src/model/record.ts'
import type { ConfigurationTest } from '../../../src/model/service.ts'
import type { Machine, Unit } from './machine.ts'
import { contentAt, makeFolders, pathsBelow, putInPlace } from './tree.ts'

// What a program's own test of its configuration says; undefined: it is content.
export function complaint(machine: Machine, test: ConfigurationTest): string | undefined {
  if (test.program === 'none') return undefined
  const unit = test.program === 'nginx' ? 'nginx.service' : `php${test.version}-fpm.service`
  if (!machine.units.has(unit)) return `${test.program}: not found`
  const bad = machine.fussy
    .filter(({ program }) => program === test.program)
    .flatMap(({ below, contains }) => pathsBelow(machine, below).filter((path) => contentAt(machine, path)?.toString('latin1').includes(contains) === true))
  return bad[0] === undefined ? undefined : `${bad[0]} is not understood`
}

// Notes what a service has loaded: the load, and one digest of the content that it took.
export function noteLoaded(machine: Machine, name: string, unit: Unit, configuration: readonly string[]): void {
  makeFolders(machine, LOADED)
  putInPlace(machine, `${LOADED}/${name}`, { type: 'file', content: Buffer.from(loadedNote(machine, unit, configuration)), mode: '644', owner: 'root', group: 'root' })
}

// The newest change below a configuration that a running service has not loaded.
export function unloadedPath(machine: Machine, name: string, unit: Unit, configuration: readonly string[]): string | undefined {
  const changes = configuration.flatMap((path) => pathsBelow(machine, path)).map((path) => ({ path, changed: machine.entries.get(path)?.changed ?? 0 }))
  const newest = [...changes].sort((a, b) => a.changed - b.changed || (a.path < b.path ? -1 : 1)).at(-1)
  if (newest === undefined || newest.changed <= unit.loadedAt) return undefined
  return contentAt(machine, `${LOADED}/${name}`)?.toString('utf8') === loadedNote(machine, unit, configuration) ? undefined : newest.path
}

function loadedNote(machine: Machine, unit: Unit, configuration: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of configuration.flatMap((each) => pathsBelow(machine, each)).sort()) {
    const content = contentAt(machine, path)
    if (content !== undefined) hash.update(`${path}\n${content.length}\n`).update(content)
  }
  return `${unit.loadedAt} ${hash.digest('hex')}\n`
}
