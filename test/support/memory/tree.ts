import { basename, dirname, resolve } from 'node:path/posix'
import { type Entry, type Machine, tick } from './machine.ts'

// What rename(2), mkdir -p and the like do to the machine's tree of files.

// What a system call was refused for.
export class Refused extends Error {
  override name = 'Refused'
}

// The entry at a path; a link as the last part is not followed.
export function entryAt(machine: Machine, path: string): Entry | undefined {
  const place = placeOf(machine, path, 0)
  return place === undefined ? undefined : machine.entries.get(place)
}

// Where a path ends once every link in it is followed; undefined when it leads nowhere.
export function followed(machine: Machine, path: string, hops = 0, by = 'root'): string | undefined {
  const place = hops > 40 ? undefined : placeOf(machine, path, hops, by)
  const entry = place === undefined ? undefined : machine.entries.get(place)
  if (place === undefined || entry === undefined) return undefined
  return entry.type === 'link' ? followed(machine, resolve(dirname(place), entry.target), hops + 1, by) : place
}

function placeOf(machine: Machine, path: string, hops: number, by = 'root'): string | undefined {
  if (path === '/') return '/'
  const folder = followed(machine, dirname(path), hops, by)
  const entry = folder === undefined ? undefined : machine.entries.get(folder)
  if (folder === undefined || entry?.type !== 'directory' || !may(by, 1, entry)) return undefined
  return `${folder === '/' ? '' : folder}/${basename(path)}`
}

// The file's bytes, links followed; undefined when there is no file.
export function contentAt(machine: Machine, path: string): Buffer | undefined {
  const place = followed(machine, path)
  const entry = place === undefined ? undefined : machine.entries.get(place)
  return entry?.type === 'file' ? Buffer.from(entry.content) : undefined
}

// Every path at and below another, as find lists them: links are named, not followed.
export function pathsBelow(machine: Machine, path: string): string[] {
  const place = placeOf(machine, path, 0)
  if (place === undefined || !machine.entries.has(place)) return []
  return [...machine.entries.keys()].filter((each) => each === place || each.startsWith(`${place}/`)).sort()
}

type Without<T> = T extends unknown ? Omit<T, 'changed'> : never

// Puts an entry in place of whatever is there, as rename(2): a directory is not replaced by something else.
export function putInPlace(machine: Machine, path: string, entry: Without<Entry>): void {
  const place = placeOf(machine, path, 0)
  if (place === undefined) throw new Refused(`${path}: no such directory`)
  if (machine.entries.get(place)?.type === 'directory' && entry.type !== 'directory')
    throw new Refused(`${path}: is a directory`)
  const changed = tick(machine)
  machine.entries.set(place, { ...entry, changed })
  changeFolder(machine, place, changed)
}

export function removeAt(machine: Machine, path: string): void {
  const place = placeOf(machine, path, 0)
  if (place === undefined || !machine.entries.delete(place)) return
  changeFolder(machine, place, tick(machine))
}

// mkdir -p as a user: what is missing becomes that user's, where the user may make it.
export function makeFolders(machine: Machine, path: string, by = 'root'): void {
  const there = followed(machine, path, 0, by)
  if (there !== undefined) {
    if (machine.entries.get(there)?.type === 'directory') return
    throw new Refused(`${path}: is not a directory`)
  }
  makeFolders(machine, dirname(path), by)
  if (entryAt(machine, path) !== undefined) throw new Refused(`${path}: exists`)
  const folder = machine.entries.get(followed(machine, dirname(path)) ?? '/')
  if (folder?.type !== 'directory' || !may(by, 3, folder)) throw new Refused(`${path}: permission denied`)
  putInPlace(machine, path, { type: 'directory', mode: '755', owner: by, group: by })
}

// Whether a user, in the group of its own name alone, has these
// bits of a directory: 2 to change it, 1 to go through it.
function may(user: string, bits: number, { mode, owner, group }: Extract<Entry, { type: 'directory' }>): boolean {
  const its = user === owner ? 6 : user === group ? 3 : 0
  return user === 'root' || ((Number.parseInt(mode, 8) >> its) & bits) === bits
}

function changeFolder(machine: Machine, place: string, changed: number): void {
  const folder = machine.entries.get(dirname(place))
  if (folder !== undefined) machine.entries.set(dirname(place), { ...folder, changed })
}

// A mode as stat prints it: without leading zeros.
export function plainMode(mode: string): string {
  return Number.parseInt(mode, 8).toString(8)
}
