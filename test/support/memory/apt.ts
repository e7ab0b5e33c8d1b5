import { primaryFingerprints } from '../../../src/model/openpgp.ts'
import type { AptTransaction } from '../../../src/model/fact.ts'
import { type Machine, type Package, tick } from './machine.ts'
import { startPrograms } from './programs.ts'
import { contentAt, entryAt, makeFolders, pathsBelow, putInPlace } from './tree.ts'

// A tiny apt: sources and their keys, lists that grow old, dependencies, exact versions, conflicts, virtual packages.

const CONFIGURATION = [
  '/etc/apt/sources.list',
  '/etc/apt/sources.list.d',
  '/etc/apt/preferences',
  '/etc/apt/preferences.d',
  '/etc/apt/keyrings',
]

export class AptRefused extends Error {
  override name = 'AptRefused'
  readonly why: 'unknown package' | 'no solution' | 'lists'
  constructor(why: AptRefused['why'], message: string) {
    super(message)
    this.why = why
  }
}

// Whether there are no lists, or something about sources changed after they were read.
export function listsOutdated(machine: Machine): boolean {
  const { lists } = machine
  if (lists === undefined) return true
  const files = CONFIGURATION.flatMap((path) => pathsBelow(machine, path)).map((path) => machine.entries.get(path))
  return files.some((entry) => entry?.type === 'file' && entry.changed > lists.readAt)
}

// apt update: every source must be served, and signed by a key that the source trusts.
export function refreshLists(machine: Machine): void {
  const packages = sourcesOf(machine).flatMap(({ uri, suite, keyring }) => {
    const repository = machine.repositories.find((each) => bare(each.uri) === bare(uri) && each.suite === suite)
    if (repository === undefined)
      throw new AptRefused('lists', `the package lists could not be read: ${uri} ${suite} does not exist`)
    const trusted = keyring === undefined ? [] : primaryFingerprints(contentAt(machine, keyring) ?? Buffer.alloc(0))
    if (repository.signedBy !== undefined && !trusted.includes(repository.signedBy))
      throw new AptRefused('lists', `the package lists could not be read: ${uri} is not signed by a trusted key`)
    return repository.packages
  })
  machine.lists = { readAt: tick(machine), packages }
}

const bare = (uri: string) => uri.replace(/\/+$/, '')

function sourcesOf(machine: Machine): { uri: string; suite: string; keyring: string | undefined }[] {
  const files = ['/etc/apt/sources.list', ...pathsBelow(machine, '/etc/apt/sources.list.d')]
  return files.flatMap((path) => {
    const text = contentAt(machine, path)?.toString('utf8') ?? ''
    if (path.endsWith('.sources')) {
      const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1]
      const uri = field('URIs')
      return uri === undefined
        ? []
        : (field('Suites') ?? '').split(' ').map((suite) => ({ uri, suite, keyring: field('Signed-By') }))
    }
    return [...text.matchAll(/^deb (?:\[signed-by=(\S+)\] )?(\S+) (\S+)/gm)].map((line) => ({
      uri: line[2] as string,
      suite: line[3] as string,
      keyring: line[1],
    }))
  })
}

// The version of a package that is installed, or of one that stands for it.
export function installedVersion(machine: Machine, name: string): string | undefined {
  const provider = [...machine.packages.values()].find((each) => each.provides?.includes(name))
  return machine.packages.get(name)?.version ?? provider?.version
}

// The version that would be installed now; `virtual` where another package stands for the name.
export function candidateOf(machine: Machine, name: string): string | undefined {
  const real = newest(machine, name)
  if (real !== undefined) return real.version
  return machine.lists?.packages.some((each) => each.provides?.includes(name)) === true ? 'virtual' : undefined
}

function newest(machine: Machine, name: string, version?: string): Package | undefined {
  const known = (machine.lists?.packages ?? []).filter(
    (each) => each.name === name && (version === undefined || each.version === version),
  )
  return [...known].sort((a, b) => compareVersions(a.version, b.version)).at(-1)
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/\D+/).map(Number)) as [number[], number[]]
  const at = left.findIndex((number, index) => number !== (right[index] ?? 0))
  return at < 0 ? left.length - right.length : (left[at] as number) - (right[at] ?? 0)
}

type Solution = { chosen: Map<string, Package>; removes: Map<string, Package> }

// What installing all of these would do, as `apt-get -s` says. Throws AptRefused where apt says no.
export function simulate(
  machine: Machine,
  names: readonly string[],
): Pick<AptTransaction, 'installs' | 'upgrades' | 'removes'> {
  const { chosen, removes } = solve(machine, names)
  const entries = [...chosen.values()].map((each) => ({
    name: each.name,
    from: machine.packages.get(each.name)?.version,
    to: each.version,
  }))
  return {
    installs: entries
      .filter(({ from }) => from === undefined)
      .map(({ name, to }) => ({ name, version: to }))
      .sort(byName),
    upgrades: entries.flatMap(({ name, from, to }) => (from === undefined ? [] : [{ name, from, to }])).sort(byName),
    removes: [...removes.values()].map(({ name, version }) => ({ name, version })).sort(byName),
  }
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

function solve(machine: Machine, names: readonly string[]): Solution {
  const solution: Solution = { chosen: new Map(), removes: new Map() }
  for (const name of names) {
    if (installedVersion(machine, name) === undefined && candidateOf(machine, name) === undefined)
      throw new AptRefused('unknown package', `E: Unable to locate package ${name}`)
  }
  for (const name of names) need(machine, solution, name, undefined, name)
  for (const { name } of Array.from(solution.removes.values())) removeDependents(machine, solution, name)
  return solution
}

function removeDependents(machine: Machine, solution: Solution, name: string): void {
  for (const each of machine.packages.values()) {
    if (
      solution.removes.has(each.name) ||
      !each.depends?.some((wanted) => (typeof wanted === 'string' ? wanted : wanted.name) === name)
    )
      continue
    solution.removes.set(each.name, each)
    removeDependents(machine, solution, each.name)
  }
}

function need(machine: Machine, solution: Solution, name: string, version: string | undefined, by: string): void {
  const there = solution.chosen.get(name) ?? machine.packages.get(name)
  if (there !== undefined && (version === undefined || there.version === version)) return
  if (solution.chosen.has(name)) throw noSolution(by, name)
  if (
    there === undefined &&
    version === undefined &&
    [...machine.packages.values(), ...solution.chosen.values()].some((each) => each.provides?.includes(name))
  )
    return
  const found =
    newest(machine, name, version) ??
    (version === undefined ? machine.lists?.packages.find((each) => each.provides?.includes(name)) : undefined)
  if (found === undefined) throw noSolution(by, name)
  solution.chosen.set(found.name, found)
  for (const wanted of found.depends ?? []) {
    if (typeof wanted === 'string') need(machine, solution, wanted, undefined, found.name)
    else need(machine, solution, wanted.name, wanted.version, found.name)
  }
  for (const each of machine.packages.values()) {
    if (found.conflicts?.includes(each.name) || each.conflicts?.includes(found.name))
      solution.removes.set(each.name, each)
    else if (
      !solution.chosen.has(each.name) &&
      each.depends?.some(
        (wanted) => typeof wanted !== 'string' && wanted.name === found.name && wanted.version !== found.version,
      )
    )
      keepUp(machine, solution, each, found)
  }
}

// A package that insists on the old version of one that is upgraded is upgraded with it, or goes.
function keepUp(machine: Machine, solution: Solution, old: Package, upgraded: Package): void {
  const fits = newest(machine, old.name)
  if (
    fits?.depends?.some(
      (wanted) => typeof wanted !== 'string' && wanted.name === upgraded.name && wanted.version === upgraded.version,
    ) === true
  )
    need(machine, solution, fits.name, fits.version, upgraded.name)
  else solution.removes.set(old.name, old)
}

function noSolution(by: string, name: string): AptRefused {
  return new AptRefused('no solution', `${by} : Depends: ${name} but it is not installable`)
}

// Installs: configuration files that lie there already stay, services start at the end of the transaction.
export function installPackages(machine: Machine, names: readonly string[]): void {
  const { chosen, removes } = solve(machine, names)
  for (const name of removes.keys()) machine.packages.delete(name)
  for (const each of chosen.values()) {
    for (const [path, content] of Object.entries(each.files ?? {})) {
      if (entryAt(machine, path) !== undefined) continue
      makeFolders(machine, path.slice(0, path.lastIndexOf('/')))
      putInPlace(machine, path, {
        type: 'file',
        content: Buffer.from(content),
        mode: '644',
        owner: 'root',
        group: 'root',
      })
    }
    for (const [path, target] of Object.entries(each.links ?? {})) {
      if (entryAt(machine, path) !== undefined) continue
      makeFolders(machine, path.slice(0, path.lastIndexOf('/')))
      putInPlace(machine, path, { type: 'link', target, owner: 'root', group: 'root' })
    }
    machine.packages.set(each.name, each)
  }
  for (const each of chosen.values()) {
    for (const unit of each.units ?? []) {
      machine.units.set(unit, { enabled: true, active: true, loadedAt: tick(machine) })
      if (unit === 'supervisor.service') startPrograms(machine)
    }
  }
}
