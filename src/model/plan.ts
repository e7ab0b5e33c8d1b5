import type { Action } from './action.ts'
import type { ServerProblem } from './errors.ts'
import type { PlannedPush } from './push.ts'
import type { PlannedRelease } from './release.ts'
import type { System } from './server.ts'
import type { Asked } from './undertaking.ts'

// The whole answer, as a value: what `flight apply` will do, and nothing else. plans/FORMAT.md describes the file.

// What apt will do on a server, in one transaction.
export type PlannedInstall = {
  refresh: boolean // the package lists are read first; versions are decided then
  interrupted: boolean // an interrupted dpkg is finished first
  installs: readonly { name: string; version: string }[] // with dependencies; empty where `refresh`
  upgrades: readonly { name: string; from: string; to: string }[]
  removes: readonly { name: string; version: string }[]
}

export type PlannedServer = {
  name: string
  cluster: string
  host: string
  hostKey: string // SHA256:…, what the server proved while planning
  system: System
  resources: number // how many are wanted here
  install: PlannedInstall | null
  notes: readonly string[] // what a reader should know and nobody needs to do
  // apps that serve another release here than on other servers, or none
  elsewhere?: readonly { app: string; what: string }[]
  leftovers: readonly Leftover[]
}

// What lies there and is not Flight's to remove, with the command that would.
export type Leftover = { what: string; remove: string }

export type Stage = { name: string; servers: readonly { server: string; actions: readonly Action[] }[] }

export type PlanBody = {
  format: 1 | 2 | 3 // 1 and 2: of an older file, to be shown and never applied
  asked: Asked // what planning was asked for; whoever applies the plan derives all the rest from it again
  releases: readonly PlannedRelease[] // empty: the plan makes no release
  pushes?: readonly PlannedPush[] // of environment files; a plan with such is in no file
  definitions: string // sha256:… of everything the definitions compile to in this scope
  servers: readonly PlannedServer[] // sorted by name
  missing: readonly ServerProblem[] // servers that could not be asked
  blocked: readonly ServerProblem[] // servers where something must be settled first; they have no actions
  stages: readonly Stage[]
}

export type Plan = PlanBody & { digest: string } // sha256:… of the canonical body

// The format that is written, and applied.
export const PLAN_FORMAT = 3

// Said where a plan of an older format is shown.
export function oldFormat({ format }: Pick<PlanBody, 'format'>): string | undefined {
  return format === PLAN_FORMAT
    ? undefined
    : `It has format ${format}, which this version shows and does not apply: plan again.`
}

// Whether the plan would change anything.
export function isEmpty(plan: PlanBody): boolean {
  return plan.stages.every((stage) => stage.servers.every((server) => server.actions.length === 0))
}
