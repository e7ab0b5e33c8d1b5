import type { Scene } from './scene.ts'
import { benchAccepting } from './serve-accepting.ts'
import { benchLatency } from './serve-latency.ts'
import { benchMemory } from './serve-memory.ts'

// The deployment server: what it accepts, how soon it begins, what it holds after so many releases.
export async function benchServe(scene: Scene, releases: number): Promise<void> {
  await benchAccepting()
  await benchLatency(scene)
  await benchMemory(scene, releases)
}
