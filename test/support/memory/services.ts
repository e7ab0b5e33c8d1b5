import { createHash } from 'node:crypto'
import { LOADED } from '../../../src/model/record.ts'
import type { FpmPool } from '../../../src/model/resource.ts'
import type { ConfigurationTest } from '../../../src/model/service.ts'
import type { ServiceStep } from '../../../src/model/step.ts'
import { type Machine, tick, type Unit } from './machine.ts'
import { startPrograms } from './programs.ts'
import { contentAt, makeFolders, pathsBelow, putInPlace, Refused } from './tree.ts'

// Does the step; `putBack` restores what the plan found at a path, `refuse` makes the error of a bad configuration.
export function performService(
  machine: Machine,
  step: ServiceStep,
  putBack: (path: string) => void,
  refuse: (what: string) => Error,
): void {
  const loads = [step, ...step.precedes]
  const said = loads.map(({ test }) => complaint(machine, test)).find((each) => each !== undefined)
  if (said !== undefined) {
    for (const path of new Set(loads.flatMap(({ changes }) => changes))) putBack(path)
    throw refuse(said)
  }
  const unit = machine.units.get(step.unit)
  if (unit === undefined) throw new Refused(`Unit ${step.unit} could not be found.`)
  // A start that finds it running loads what changed since it was started.
  const isLoading =
    step.does === 'reload' || !unit.active || unloadedPath(machine, step.unit, unit, step.configuration) !== undefined
  const now = {
    enabled: unit.enabled || step.does === 'start',
    active: true,
    loadedAt: isLoading ? tick(machine) : unit.loadedAt,
  }
  machine.units.set(step.unit, now)
  if (step.unit === 'supervisor.service' && !unit.active) startPrograms(machine)
  const silent = step.pools.find((pool) => !answers(machine, pool))
  if (silent !== undefined) throw new Refused(`the pool [${silent.name}] does not answer on ${silent.socket}`)
  if (step.mark.by !== 'none') noteLoaded(machine, step.unit, now, step.configuration)
}

// A pool answers where a file that FPM has just loaded gives it that socket.
function answers(machine: Machine, { name, socket }: FpmPool): boolean {
  return pathsBelow(machine, '/etc/php')
    .filter((path) => /\/fpm\/pool\.d\/[^/]*\.conf$/.test(path))
    .map((path) => contentAt(machine, path)?.toString('utf8').split('\n') ?? [])
    .some((lines) => lines.includes(`[${name}]`) && lines.includes(`listen = ${socket}`))
}

// What a program's own test of its configuration says; undefined: it is content.
function complaint(machine: Machine, test: ConfigurationTest): string | undefined {
  if (test.program === 'none') return undefined
  const unit = test.program === 'nginx' ? 'nginx.service' : `php${test.version}-fpm.service`
  if (!machine.units.has(unit)) return `${test.program}: not found`
  const bad = machine.fussy
    .filter(({ program }) => program === test.program)
    .flatMap(({ below, contains }) =>
      pathsBelow(machine, below).filter(
        (path) => contentAt(machine, path)?.toString('latin1').includes(contains) === true,
      ),
    )
  return bad[0] === undefined ? undefined : `${bad[0]} is not understood`
}

// Notes what a service has loaded: the load, and one digest of the content that it took.
function noteLoaded(machine: Machine, name: string, unit: Unit, configuration: readonly string[]): void {
  makeFolders(machine, LOADED)
  putInPlace(machine, `${LOADED}/${name}`, {
    type: 'file',
    content: Buffer.from(loadedNote(machine, unit, configuration)),
    mode: '644',
    owner: 'root',
    group: 'root',
  })
}

// The newest change below a configuration that a running service has not loaded.
export function unloadedPath(
  machine: Machine,
  name: string,
  unit: Unit,
  configuration: readonly string[],
): string | undefined {
  const changes = configuration
    .flatMap((path) => pathsBelow(machine, path))
    .map((path) => ({ path, changed: machine.entries.get(path)?.changed ?? 0 }))
  const newest = [...changes].sort((a, b) => a.changed - b.changed || (a.path < b.path ? -1 : 1)).at(-1)
  if (newest === undefined || newest.changed <= unit.loadedAt) return undefined
  return contentAt(machine, `${LOADED}/${name}`)?.toString('utf8') === loadedNote(machine, unit, configuration)
    ? undefined
    : newest.path
}

function loadedNote(machine: Machine, unit: Unit, configuration: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of configuration.flatMap((each) => pathsBelow(machine, each)).sort()) {
    const content = contentAt(machine, path)
    if (content !== undefined) hash.update(`${path}\n${content.length}\n`).update(content)
  }
  return `${unit.loadedAt} ${hash.digest('hex')}\n`
}
