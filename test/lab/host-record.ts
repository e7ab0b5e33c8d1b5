import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Suite } from './mirror.ts'

// What the lab remembers of a host in its folder. `hostKeys`: its public keys
// as known_hosts has them; none while its disk is not made into this host yet.
export type HostRecord = { name: string; suite: Suite; octet: number; layers: string[]; hostKeys: string[] }

// Reads the host of a folder, or nothing when the folder has none (its making was interrupted).
export function readRecord(folder: string): HostRecord | undefined {
  const path = join(folder, 'host.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as HostRecord) : undefined
}

// Remembers a host in its folder.
export function writeRecord(folder: string, record: HostRecord): void {
  mkdirSync(folder, { recursive: true })
  const fresh = join(folder, 'host.json.new')
  writeFileSync(fresh, JSON.stringify(record))
  renameSync(fresh, join(folder, 'host.json'))
}

// All hosts of a lab that are remembered, by name.
export function allRecords(hosts: string): HostRecord[] {
  if (!existsSync(hosts)) return []
  const records = readdirSync(hosts)
    .sort()
    .map((name) => readRecord(join(hosts, name)))
  return records.filter((each) => each !== undefined)
}
