import { existsSync, readFileSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

// The control groups of one host, one per hierarchy that systemd uses. Without groups of their own, hosts would share
// them: the same unit on two hosts would be one group, and stopping it on one would reach for the other's processes.
export function cgroupsOf(machine: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => ({ at: line.split(' ')[4] ?? '', kind: line.split(' - ')[1] ?? '' }))
    .filter((each) => each.kind.startsWith('cgroup2 ') || each.kind.includes('name=systemd'))
    .map((each) => join(each.at, 'flight-lab', machine))
}

// Everything that runs in the groups of a machine: systemd-nspawn, the host's process 1 and all under it.
export function processesIn(machine: string): number[] {
  return [...new Set(cgroupsOf(machine).flatMap(membersOf))]
}

// The CPU that everything in the groups of a machine has used so far, in seconds.
export function cpuSeconds(machine: string): number {
  return Math.max(
    0,
    ...cgroupsOf(machine).map((folder) =>
      whileThere(
        0,
        () => Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1]) / 1e6,
      ),
    ),
  )
}

// Removes the groups of a machine in which nothing runs any more.
export function removeCgroups(machine: string): void {
  for (const folder of cgroupsOf(machine)) if (existsSync(folder)) removeGroup(folder)
}

function membersOf(folder: string): number[] {
  return whileThere([], () => {
    const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(Number)
    return [...own, ...subgroups(folder).flatMap(membersOf)]
  })
}

// A host that goes down takes its groups with it while they are
// looked at: the kernel says ENOENT, or ENODEV for an open file.
function whileThere<T>(otherwise: T, look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (!['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return otherwise
  }
}

function removeGroup(folder: string): void {
  for (const each of whileThere([], () => subgroups(folder))) removeGroup(each)
  try {
    whileThere(undefined, () => rmdirSync(folder))
  } catch (error) {
    // A process in it that has not been reaped yet keeps a group a moment longer; an empty group costs nothing.
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
  }
}

function subgroups(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return entries.map((entry) => join(folder, entry.name))
}
