import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type LabPlaces } from './places.ts'
import { isRunning } from './process.ts'
import { warmLayers } from './disk.ts'

// Throws away what killed builds left, bases of earlier weeks
// that no host stands on, and warm layers without their base.
export function dropStale(places: LabPlaces, current: readonly string[]): void {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  for (const name of readdirSync(places.bases)) {
    const folder = join(places.bases, name)
    if (current.includes(folder) || isBeingBuilt(name) || mounts.includes(folder)) continue
    rmSync(folder, { recursive: true })
  }
  for (const name of readdirSync(places.warm)) {
    const folder = join(places.warm, name)
    const layers = warmLayers(folder)
    if (layers !== undefined && !layers.every((layer) => existsSync(layer))) rmSync(folder, { recursive: true })
  }
}

function isBeingBuilt(name: string): boolean {
  const match = /^\.building-[a-z]+-(\d+)-(\d+)$/.exec(name)
  return match !== null && isRunning({ pid: Number(match[1]), started: match[2] as string })
}
