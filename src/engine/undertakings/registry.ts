import type { Definitions } from '../../model/definitions.ts'
import type { PlanBody } from '../../model/plan.ts'
import type { Phase } from '../../model/stage-name.ts'
import type { Asked, AskedOf, UndertakingName } from '../../model/undertaking.ts'
import { configurationUndertaking } from './configuration.ts'
import { pushUndertaking } from './push.ts'
import { releaseUndertaking } from './release.ts'
import type { Begun, Made, Module, Planning, Words } from './undertaking.ts'

// Every undertaking; configuring comes last, because it is what a receipt is of that is of nothing else.
const MODULES: { [N in UndertakingName]: Module<N> } = {
  push: pushUndertaking,
  release: releaseUndertaking,
  configuration: configurationUndertaking,
}

// What is asked for, ready to be planned.
export function begin<N extends UndertakingName>(asked: AskedOf<N>, definitions: Definitions): Begun {
  return MODULES[asked.undertaking].begin(asked, definitions)
}

// The planning of a plan that was made earlier, and with it which undertaking it is. Nothing else tells them apart.
export function planningOf(plan: PlanBody): Planning {
  return moduleOfAsked(plan.asked).again(plan.asked, plan)
}

// The planning of a plan that was begun: what only all servers together decide, they said before that.
export function planningOfBegun(plan: PlanBody): Planning {
  const { asked, releases, pushes } = plan
  return { ...planningOf(plan), said: () => ({ asked, releases, ...(pushes === undefined ? {} : { pushes }) }) }
}

// How the undertaking of a plan, or of a receipt, is spoken of.
export function wordsOf(of: { asked: Asked } | Made): Words {
  return ('asked' in of ? moduleOfAsked(of.asked) : moduleOf(of)).words
}

// What was asked for, in a few words.
export function namedIn(asked: Asked): { parts: readonly string[]; apart?: string } {
  return moduleOfAsked(asked).named(asked)
}

// Why a stage of that phase is one of its own; undefined where its name says enough.
export function whyPhase(phase: Phase): string | undefined {
  return Object.values(MODULES).flatMap(({ words }) => words.stages[phase] ?? [])[0]
}

function moduleOf(of: Made): Module<UndertakingName> {
  const found = Object.values(MODULES).find(({ isIn }) => isIn(of))
  if (found === undefined) throw new Error('bug: a receipt of no undertaking')
  return found as Module<UndertakingName>
}

function moduleOfAsked(asked: Asked): Module<UndertakingName> {
  return MODULES[asked.undertaking] as Module<UndertakingName>
}
