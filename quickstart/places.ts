import { join } from 'node:path'
import { type LabPlaces, labPlaces } from '../test/lab/places.ts'

// Where quickstart keeps what it makes. Its lab is its own: nothing of another one is touched.
export type Places = { root: string; lab: LabPlaces; folder: string; definitions: string; state: string; env: string; bin: string }

export const SERVERS = ['staging-web-1', 'staging-worker-1'] as const
export const SUITE = 'bookworm' // its PHP is the 8.2 that the example asks for

export function placesOf(root: string): Places {
  const folder = '/var/tmp/flight-quickstart'
  return {
    root,
    lab: labPlaces(80),
    folder,
    definitions: join(folder, 'definitions'),
    state: join(folder, 'state'),
    env: join(folder, 'env'),
    bin: join(folder, 'bin'),
  }
}
