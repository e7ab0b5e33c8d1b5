import type { Problem } from './errors.ts'

// What the deployment server shows of the definitions and of the servers as they were seen last.

export type FleetServer = {
  name: string
  cluster: string
  state: 'in order' | 'drifted' | 'blocked' | 'not asked' | 'not looked at'
  drift: readonly { address: string; feature: string; verb: string; because: readonly string[] }[]
  problems: readonly Problem[]
}

export type LiveRelease = {
  release: string
  commit: string
  subject: string
  since: string | null
  by: string
  servers: readonly string[]
}

export type FleetApp = {
  name: string
  cluster: string
  servers: readonly string[]
  live: readonly LiveRelease[] // one where all servers agree; none before the first release
  // ok: all servers serve one release and answer. differs: they serve different ones. silent: some could not be asked.
  // unhealthy: the health check fails somewhere. unknown: nobody has looked yet.
  health: 'ok' | 'differs' | 'silent' | 'unhealthy' | 'none live' | 'unknown'
  why: string // in words, empty where ok
}

export type Fleet = {
  apps: readonly FleetApp[] // by name
  clusters: readonly { name: string; servers: readonly FleetServer[] }[] // by name
  lookedAt: string | null // at the apps
  driftAt: string | null
}
