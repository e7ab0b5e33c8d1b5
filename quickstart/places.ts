import { join } from 'node:path'
import { type LabPlaces, labPlaces } from '../test/lab/places.ts'

// Where quickstart keeps what it makes. Its lab is its own: nothing of another one is touched.
export type Places = {
  root: string
  lab: LabPlaces
  folder: string
  definitions: string
  shop: string
  state: string
  env: string
  bin: string
}

// As the example definitions say.
export const SERVERS = ['web-1', 'web-2'] as const
export const DOMAIN = 'shop.example.com'
export const SUITE = 'bookworm' // its PHP is the 8.2 that the example asks for

export function placesOf(root: string): Places {
  const folder = '/var/tmp/flight-quickstart'
  return {
    root,
    lab: labPlaces(80),
    folder,
    definitions: join(folder, 'definitions'),
    shop: join(folder, 'shop'),
    state: join(folder, 'state'),
    env: join(folder, 'env'),
    bin: join(folder, 'bin'),
  }
}
