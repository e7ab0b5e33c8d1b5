import type { Settings } from './definitions.ts'
import type { Scope } from './plan.ts'
import type { PlannedPush } from './push.ts'
import type { ReleaseWish } from './release.ts'

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
      allowUpgrades: boolean
    }
  | { undertaking: 'release'; wishes: readonly ReleaseWish[] }
  | { undertaking: 'push'; pushes: readonly PlannedPush[] }

export type UndertakingName = Asked['undertaking']
export type AskedOf<N extends UndertakingName> = Extract<Asked, { undertaking: N }>
