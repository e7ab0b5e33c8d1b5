import { existsSync } from 'node:fs'
import { warmFolder, warmLayers } from './disk.ts'
import { type LabHost } from './host.ts'
import { allRecords, type HostRecord } from './host-record.ts'
import { type Suite } from './mirror.ts'
import { type LabPlaces } from './places.ts'

// A host somebody wants: bare, or with what was saved under the key `warm`.
export type HostWish = { name: string; suite: Suite; warm?: string }

// One host for each wish, in its order.
export type HostsFor<Wishes extends readonly HostWish[]> = { -readonly [Place in keyof Wishes]: LabHost }

// Turns a wish into a host with an address and a disk, or says why it cannot be had.
export function recordOf(places: LabPlaces, wish: HostWish, base: string): HostRecord {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(wish.name))
    throw new Error(`a lab host cannot be named "${wish.name}": use a-z, 0-9 and -`)
  const others = allRecords(places.hosts)
  if (others.some((each) => each.name === wish.name))
    throw new Error(`lab ${places.id} already has a host ${wish.name}`)
  if (!existsSync(base))
    throw new Error(`${wish.name}: no base for ${wish.suite}; name the suite in prepareLab({ suites })`)
  const octet = firstFree(new Set(others.map((each) => each.octet)))
  return { name: wish.name, suite: wish.suite, octet, layers: layersOf(places, wish, base), hostKeys: [] }
}

function layersOf(places: LabPlaces, wish: HostWish, base: string): string[] {
  if (wish.warm === undefined) return [base]
  const layers = warmLayers(warmFolder(places.warm, wish.warm, base))
  if (layers !== undefined) return layers
  throw new Error(
    `${wish.name}: no warm layer "${wish.warm}" for ${wish.suite}; make it with lab.warmUp() or saveWarm()`,
  )
}

function firstFree(taken: ReadonlySet<number>): number {
  for (let octet = 10; octet < 250; octet += 1) if (!taken.has(octet)) return octet
  throw new Error('the lab has no address left')
}
