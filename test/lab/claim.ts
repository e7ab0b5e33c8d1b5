import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { allRecords } from './host-record.ts'
import { takeName } from './lock.ts'
import { runningMachine } from './machine.ts'
import { type LabPlaces } from './places.ts'

// Takes a lab for this process, or says who has it and what to do; gives how to give it back.
export async function claimLab(places: LabPlaces): Promise<() => void> {
  const giveBack = await takeName(places.lockName)
  if (giveBack !== undefined) return giveBack
  throw new Error(
    `lab ${places.id} is used by another process: wait until it ends, or set FLIGHT_LAB_ID to another number`,
  )
}

// Whether hosts run that a command line left up on purpose.
export function isKept(places: LabPlaces): boolean {
  if (!existsSync(places.keptMark)) return false
  return allRecords(places.hosts).some((each) => runningMachine(join(places.hosts, each.name)) !== undefined)
}
