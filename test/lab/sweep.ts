import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eraseDisk, unmountDisk } from './disk.ts'
import { readRecord } from './host-record.ts'
import { cutPower } from './machine.ts'
import { razeNetwork } from './network.ts'
import { type LabPlaces } from './places.ts'

// Ends and removes every host of a lab, and its network, whoever started them; bases and warm layers stay.
export async function sweep(places: LabPlaces): Promise<string[]> {
  const names = existsSync(places.hosts) ? readdirSync(places.hosts).sort() : []
  await Promise.all(names.map((name) => sweepHost(places, name)))
  await razeNetwork(places)
  rmSync(places.keptMark, { force: true })
  return names
}

async function sweepHost(places: LabPlaces, name: string): Promise<void> {
  const folder = join(places.hosts, name)
  const record = readRecord(folder)
  if (record !== undefined) {
    const machine = places.machineOf(record.octet)
    await cutPower({ folder, machine, hostname: name, bridge: places.bridge, cpuNotes: places.cpuNotes })
  }
  await unmountDisk(folder)
  await eraseDisk(folder)
  rmSync(folder, { recursive: true })
}
