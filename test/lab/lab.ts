import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { labUnavailable } from './available.ts'
import { baseFolder, dropDeadBuilds, makeBase } from './base.ts'
import { warmFolder, warmLayers } from './disk.ts'
import { allRecords, writeRecord, type HostRecord } from './host-record.ts'
import { makeHost, type LabHost } from './host.ts'
import { hostKeys, makeLabKey, writeSshFiles } from './keys.ts'
import { takeName } from './lock.ts'
import { runningMachine } from './machine.ts'
import { machineMirror, type Suite } from './mirror.ts'
import { raiseNetwork } from './network.ts'
import { installMissingPackages } from './packages.ts'
import { labPlaces, type LabPlaces } from './places.ts'
import { sweep } from './sweep.ts'

export type HostWish = { name: string; suite: Suite; warm?: string }

// `keep`: hosts outlive this process until `down` (the command line's way); without it they belong to this process.
export type LabOptions = { suites: readonly Suite[]; log: (line: string) => void; id?: number; keep?: boolean }

export type Lab = {
  places: LabPlaces
  // Boots hosts side by side and waits until each can be used.
  startHosts(wishes: readonly HostWish[]): Promise<LabHost[]>
  // The hosts that are there now.
  hosts(): LabHost[]
  hasWarm(suite: Suite, key: string): boolean
  // Ends everything and gives the lab back.
  down(): Promise<void>
}

// Makes this machine ready for hosts of these suites and takes the lab for this process; cleans up after a killed one.
export async function prepareLab(options: LabOptions): Promise<Lab> {
  const unavailable = labUnavailable()
  if (unavailable !== undefined) throw new Error(unavailable)
  const places = options.id === undefined ? labPlaces() : labPlaces(options.id)
  const giveBack = await takeName(places.lockName)
  if (giveBack === undefined) throw new Error(`lab ${places.id} is used by another process: wait, or set FLIGHT_LAB_ID to another number`)
  const keep = options.keep === true
  const kept = existsSync(places.keptMark) && allRecords(places.hosts).some((each) => runningMachine(join(places.hosts, each.name)))
  if (kept && !keep) throw new Error(`lab ${places.id} was left up by hand: end it with \`test/lab/cli.ts down\`, or set FLIGHT_LAB_ID to another number`)
  for (const folder of [places.bases, places.warm, dirname(places.key)]) mkdirSync(folder, { recursive: true })
  await installMissingPackages(options.log)
  if (!kept) {
    const left = await sweep(places)
    if (left.length > 0) options.log(`lab: removed what an earlier run left: ${left.join(' ')}`)
  }
  mkdirSync(places.hosts, { recursive: true })
  if (keep) writeFileSync(places.keptMark, '')
  await makeLabKey(places.key)
  const mirror = await machineMirror()
  dropDeadBuilds(places.bases)
  await Promise.all(options.suites.map((suite) => makeBase(places.bases, suite, mirror, options.log)))
  const mtu = await raiseNetwork(places)

  const hosts = new Map<string, LabHost>()
  const rewriteSshFiles = () => {
    const entries = [...hosts.values()].filter((each) => existsSync(join(each.root, 'etc/ssh')))
    writeSshFiles(places, entries.map((each) => ({ name: each.name, address: each.address, hostKeys: hostKeys(each.root) })))
  }
  const adopt = (record: HostRecord) => {
    const host = makeHost(places, mtu, record, {
      keysChanged: rewriteSshFiles,
      removed: () => {
        hosts.delete(record.name)
        rewriteSshFiles()
      },
    })
    hosts.set(record.name, host)
    return host
  }
  for (const record of allRecords(places.hosts)) adopt(record)

  return {
    places,
    hosts: () => [...hosts.values()],
    hasWarm: (suite, key) => warmLayers(warmFolder(places.warm, key, baseFolder(places.bases, suite, mirror))) !== undefined,
    async startHosts(wishes) {
      const made = wishes.map((wish) => {
        const record = newRecord(places, wish, baseFolder(places.bases, wish.suite, mirror))
        writeRecord(join(places.hosts, wish.name), record)
        return adopt(record)
      })
      await Promise.all(made.map((host) => host.boot()))
      return made
    },
    async down() {
      await sweep(places)
      hosts.clear()
      giveBack()
    },
  }
}

function newRecord(places: LabPlaces, wish: HostWish, base: string): HostRecord {
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(wish.name)) throw new Error(`a lab host cannot be named "${wish.name}": use a-z, 0-9 and -`)
  const others = allRecords(places.hosts)
  if (others.some((each) => each.name === wish.name)) throw new Error(`lab ${places.id} already has a host ${wish.name}`)
  if (!existsSync(base)) throw new Error(`${wish.name}: no base for ${wish.suite}; name the suite in prepareLab({ suites })`)
  const octet = firstFree(new Set(others.map((each) => each.octet)))
  if (wish.warm === undefined) return { name: wish.name, suite: wish.suite, octet, layers: [base] }
  const layers = warmLayers(warmFolder(places.warm, wish.warm, base))
  if (layers === undefined) throw new Error(`${wish.name}: no warm layer "${wish.warm}" for ${wish.suite}; make it with saveWarm("${wish.warm}")`)
  return { name: wish.name, suite: wish.suite, octet, layers }
}

function firstFree(taken: ReadonlySet<number>): number {
  for (let octet = 10; octet < 250; octet += 1) if (!taken.has(octet)) return octet
  throw new Error('the lab has no address left')
}
