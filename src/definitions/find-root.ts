import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FlightError } from '../model/errors.ts'

// The definitions folder. `given` is --definitions or FLIGHT_DEFINITIONS and must be one itself; otherwise `from` or
// the nearest parent that is one. A folder is one when it holds clusters/ (a directory) or flight.yml.
export async function findDefinitions(from: string, given?: string): Promise<string> {
  if (given !== undefined && given !== '') {
    const folder = resolve(from, given)
    if (await isDefinitions(folder)) return folder
    throw new FlightError({
      code: 'FLIGHT_NO_DEFINITIONS',
      where: given,
      what: 'is no definitions folder: it holds neither clusters/ nor flight.yml',
      hint: `flight init ${given} begins one`,
    })
  }
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (await isDefinitions(folder)) return folder
    if (folder === dirname(folder)) break
  }
  throw new FlightError({
    code: 'FLIGHT_NO_DEFINITIONS',
    where: '',
    what: 'there is no definitions folder here or in a parent folder (one that holds clusters/ or flight.yml)',
    hint: 'cd into it, say --definitions DIR, set FLIGHT_DEFINITIONS, or begin one with flight init',
  })
}

async function isDefinitions(folder: string): Promise<boolean> {
  const clusters = await stat(join(folder, 'clusters')).catch(() => undefined)
  if (clusters?.isDirectory() === true) return true
  const files = await Promise.all(
    ['flight.yml', 'flight.yaml'].map((file) => stat(join(folder, file)).catch(() => undefined)),
  )
  return files.some((file) => file?.isFile() === true)
}
