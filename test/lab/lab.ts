import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { labUnavailable } from './available.ts'
import { baseFolders, makeBase } from './base.ts'
import { dropStale } from './cache.ts'
import { claimLab, isKept } from './claim.ts'
import { warmFolder, warmLayers } from './disk.ts'
import { makeHost, type LabHost } from './host.ts'
import { allRecords, writeRecord, type HostRecord } from './host-record.ts'
import { makeLabKey, writeSshFiles } from './keys.ts'
import { makeOnce } from './lock.ts'
import { machineMirror, type Suite } from './mirror.ts'
import { raiseNetwork } from './network.ts'
import { installMissingPackages } from './packages.ts'
import { labPlaces, type LabPlaces } from './places.ts'
import { sweep } from './sweep.ts'
import { recordOf, type HostsFor, type HostWish } from './wish.ts'

// `keep`: hosts outlive this process until `down` (the command line's way); without it they belong to this process.
export type LabOptions = { suites: readonly Suite[]; log: (line: string) => void; id?: number; keep?: boolean }

export type Lab = {
  places: LabPlaces
  // Boots hosts side by side and waits until each can be used.
  startHosts<const Wishes extends readonly HostWish[]>(wishes: Wishes): Promise<HostsFor<Wishes>>
  // The hosts that are there now, by name.
  hosts: ReadonlyMap<string, LabHost>
  // Makes a warm layer unless it is saved already, or waits for who makes it: boots a host, bare or from the warm layer
  // `on`, lets `make` work on it, keeps its disk under the key.
  warmUp(suite: Suite, key: string, make: (host: LabHost) => Promise<void>, on?: string): Promise<void>
  dropWarm(suite: Suite, key: string): void
  // Lets the lab go without ending anything; for the end of a process, when somebody else sweeps.
  giveBack(): void
  // Ends every host, removes the network, lets the lab go.
  down(): Promise<void>
}

// Makes this machine ready for hosts of these suites and takes the lab for this process; cleans up after a killed one.
export async function prepareLab(options: LabOptions): Promise<Lab> {
  const unavailable = labUnavailable()
  if (unavailable !== undefined) throw new Error(unavailable)
  const places = options.id === undefined ? labPlaces() : labPlaces(options.id)
  const giveBack = await claimLab(places)
  try {
    const bases = await makeReady(places, options)
    return openLab(places, bases, await raiseNetwork(places), giveBack)
  } catch (error) {
    giveBack()
    throw error
  }
}

async function makeReady(places: LabPlaces, options: LabOptions): Promise<Record<Suite, string>> {
  const kept = isKept(places)
  if (kept && options.keep !== true) {
    throw new Error(
      `lab ${places.id} was left up by hand: end it with \`test/lab/cli.ts down\`, or set FLIGHT_LAB_ID to another ` +
        `number`,
    )
  }
  for (const folder of [places.bases, places.warm, places.hosts]) mkdirSync(folder, { recursive: true })
  await installMissingPackages(options.log)
  if (!kept) {
    const left = await sweep(places)
    if (left.length > 0) options.log(`lab: removed what an earlier run left: ${left.join(' ')}`)
  }
  if (options.keep === true) writeFileSync(places.keptMark, '')
  await makeLabKey(places.key)
  const mirror = await machineMirror()
  const bases = baseFolders(places.bases, mirror)
  dropStale(places, Object.values(bases))
  await Promise.all(options.suites.map((suite) => makeBase(bases[suite], suite, mirror, options.log)))
  return bases
}

function openLab(places: LabPlaces, bases: Record<Suite, string>, mtu: number, giveBack: () => void): Lab {
  const hosts = new Map<string, LabHost>()
  const rewriteSshFiles = () => {
    const known = allRecords(places.hosts)
    writeSshFiles(
      places,
      known.map((each) => ({ ...each, address: places.addressOf(each.octet) })),
    )
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

  const startHosts: Lab['startHosts'] = async <Wishes extends readonly HostWish[]>(wishes: Wishes) => {
    const made = wishes.map((wish) => {
      const record = recordOf(places, wish, bases[wish.suite])
      writeRecord(join(places.hosts, wish.name), record)
      return adopt(record)
    })
    // All have settled before anybody hears of a failure, so that nobody ends a lab in which a host is still booting.
    const boots = await Promise.allSettled(made.map((host) => host.boot()))
    for (const boot of boots) if (boot.status === 'rejected') throw boot.reason
    return made as HostsFor<Wishes>
  }

  return {
    places,
    hosts,
    startHosts,
    async warmUp(suite, key, make, on) {
      const folder = warmFolder(places.warm, key, bases[suite])
      const isThere = () => warmLayers(folder) !== undefined
      await makeOnce(folder, isThere, async () => {
        const wish = { name: `warming-${suite}`, suite }
        const [host] = await startHosts([on === undefined ? wish : { ...wish, warm: on }])
        try {
          await make(host)
          await host.stop()
          await host.saveWarm(key)
        } finally {
          await host.remove()
        }
      })
    },
    dropWarm: (suite, key) => rmSync(warmFolder(places.warm, key, bases[suite]), { recursive: true, force: true }),
    giveBack,
    async down() {
      await sweep(places)
      hosts.clear()
      giveBack()
    },
  }
}
