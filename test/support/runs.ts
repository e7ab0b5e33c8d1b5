import { applyPlan } from '../../src/engine/apply/apply-plan.ts'
import { makePlan } from '../../src/engine/plan/make-plan.ts'
import type { Serial } from '../../src/engine/plan/waves.ts'
import type { Action } from '../../src/model/action.ts'
import type { Definitions } from '../../src/model/definitions.ts'
import { FlightError } from '../../src/model/errors.ts'
import type { RunEvent } from '../../src/model/event.ts'
import type { Plan, Scope } from '../../src/model/plan.ts'
import type { Receipt } from '../../src/model/receipt.ts'
import type { PlannedPush } from '../../src/model/push.ts'
import type { ReleaseWish } from '../../src/model/release.ts'
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
  return makePlan({
    definitions,
    scope: options.scope ?? EVERYTHING,
    apps: options.apps ?? true,
    serial: options.serial ?? 'half',
    allowUpgrades: options.allowUpgrades ?? false,
    releases: options.releases ?? [],
    pushes: options.pushes ?? [],
    connect: connectTo(servers, options.controller),
    parallel: 4,
    ...common(options),
  })
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
