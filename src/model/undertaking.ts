import type { Settings } from './definitions.ts'
import type { PlannedPush } from './push.ts'
import type { ReleaseWish } from './release.ts'

// A part of the definitions; empty: everything.
export type Scope = { clusters: readonly string[]; apps: readonly string[]; servers: readonly string[] }

// What a run is asked to do, before any server was asked. A new undertaking is a member here, a module of
// engine/undertakings and its line in the registry there.
export type Asked =
  // `apps`: whether the apps of the scope are configured, or their servers provisioned alone. `serial`: how many web
  // servers of an app may reload at once.
  | {
      undertaking: 'configuration'
      scope: Scope
      apps: boolean
      serial: Settings['serial']
      allow: readonly Allowance[]
    }
  | { undertaking: 'release'; releases: readonly ReleaseWish[] }
  | { undertaking: 'push'; pushes: readonly PlannedPush[] }

// What a plan may do only when it is asked for: upgrades and removals of packages.
export type Allowance = 'upgrades'

export function allows(asked: Asked, what: Allowance): boolean {
  return 'allow' in asked && asked.allow.includes(what)
}

export type UndertakingName = Asked['undertaking']
export type AskedOf<N extends UndertakingName> = Extract<Asked, { undertaking: N }>
