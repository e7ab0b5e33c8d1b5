import { applyPlan } from '../../src/engine/apply/apply-plan.ts'
import { makePlan } from '../../src/engine/plan/make-plan.ts'
import type { Serial } from '../../src/engine/undertakings/waves.ts'
import type { Action } from '../../src/model/action.ts'
import type { Definitions } from '../../src/model/definitions.ts'
import { FlightError } from '../../src/model/errors.ts'
import type { RunEvent } from '../../src/model/event.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { Receipt } from '../../src/model/receipt.ts'
import type { PlannedPush } from '../../src/model/push.ts'
import type { ReleaseWish } from '../../src/model/release.ts'
import type { Asked, Scope } from '../../src/model/undertaking.ts'
import { Secret } from '../../src/model/secret.ts'
import { CARGO, EVERYTHING, HOLDER } from './builders.ts'
import { connectTo, type Controller, type MemoryServer } from './memory-server.ts'

// Planning and applying on servers in memory, as the commands do it.

export type RunOptions = {
  controller?: Controller
  allowUpgrades?: boolean
  scope?: Scope
  releases?: readonly ReleaseWish[]
  pushes?: readonly PlannedPush[]
  contents?: ReadonlyMap<string, Secret>
  apps?: boolean
  serial?: Serial
  signal?: AbortSignal
  listen?: (event: RunEvent) => void
}

export function planFor(
  definitions: Definitions,
  servers: readonly MemoryServer[],
  options: RunOptions = {},
): Promise<Plan> {
  return planAsked(askedBy(options), definitions, servers, options)
}

// Plans what a plan says that it was asked for.
export function planAsked(
  asked: Asked,
  definitions: Definitions,
  servers: readonly MemoryServer[],
  options: RunOptions = {},
): Promise<Plan> {
  return makePlan({
    definitions,
    asked,
    connect: connectTo(servers, options.controller),
    parallel: 4,
    ...common(options),
  })
}

function askedBy({ releases = [], pushes = [], scope, apps, serial, allowUpgrades }: RunOptions): Asked {
  if (pushes.length > 0) return { undertaking: 'push', pushes }
  if (releases.length > 0) return { undertaking: 'release', releases }
  return {
    undertaking: 'configuration',
    scope: scope ?? EVERYTHING,
    apps: apps ?? true,
    serial: serial ?? 'half',
    allow: allowUpgrades === true ? ['upgrades'] : [],
  }
}

export function apply(
  plan: Plan,
  definitions: Definitions,
  servers: readonly MemoryServer[],
  options: RunOptions = {},
): Promise<Receipt> {
  return applyPlan({
    plan,
    definitions,
    hold: {
      cargo: new Map(plan.releases.map(({ app }) => [app, CARGO])),
      secrets: new Map(),
      environments: environmentsFor(plan, options.contents ?? new Map()),
    },
    wait: false,
    connect: connectTo(servers, options.controller),
    parallel: 4,
    holder: HOLDER,
    ...common(options),
  })
}

// What joins or is pushed, by the address of its action.
function environmentsFor(plan: Plan, contents: ReadonlyMap<string, Secret>): Map<string, Secret> {
  return new Map(
    actionsIn(plan).flatMap(({ kind, address }): [string, Secret][] => {
      const content =
        kind === 'environment'
          ? new Secret('APP_KEY=x\n')
          : kind === 'push'
            ? contents.get(address.split('/')[0] ?? '')
            : undefined
      return content === undefined ? [] : [[address, content]]
    }),
  )
}

// Plans, applies, and answers with the receipt.
export async function provision(
  definitions: Definitions,
  servers: readonly MemoryServer[],
  options: RunOptions = {},
): Promise<Receipt> {
  return apply(await planFor(definitions, servers, options), definitions, servers, options)
}

function common(options: RunOptions): { listen: (event: RunEvent) => void; signal: AbortSignal } {
  return { listen: options.listen ?? (() => undefined), signal: options.signal ?? new AbortController().signal }
}

export function actionsIn(plan: Plan): Action[] {
  return plan.stages.flatMap((stage) => stage.servers.flatMap((entry) => entry.actions))
}

// The error that a promise is rejected with; anything but a FlightError goes on.
export async function refusal(promise: Promise<unknown>): Promise<FlightError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof FlightError) return error
    throw error
  }
  throw new Error('it was not refused')
}

export const codesOf = (error: FlightError) => [...new Set(error.problems.map(({ code }) => code))]
