import type { Definitions } from '../../model/definitions.ts'
import type { PlanBody } from '../../model/plan.ts'
import type { Phase } from '../../model/stage-name.ts'
import type { AskedOf, UndertakingName } from '../../model/undertaking.ts'
import { configurationUndertaking } from './configuration.ts'
import { pushUndertaking } from './push.ts'
import { releaseUndertaking } from './release.ts'
import type { Begun, Made, Module, Undertaking, Words } from './undertaking.ts'

// Every undertaking; configuring comes last, because it is what a plan is that is nothing else.
const MODULES: { [N in UndertakingName]: Module<N> } = {
  push: pushUndertaking,
  release: releaseUndertaking,
  configuration: configurationUndertaking,
}

// What is asked for, ready to be planned.
export function begin<N extends UndertakingName>(asked: AskedOf<N>, definitions: Definitions): Begun {
  return MODULES[asked.undertaking].begin(asked, definitions)
}

// Which undertaking a plan is. Nothing else tells them apart.
export function undertakingOf(plan: PlanBody): Undertaking {
  return moduleOf(plan).ofPlan(plan)
}

// How the undertaking of a plan, or of a receipt, is spoken of.
export function wordsOf(of: Made): Words {
  return moduleOf(of).words
}

// Why a stage of that phase is one of its own; undefined where its name says enough.
export function whyPhase(phase: Phase): string | undefined {
  return Object.values(MODULES).flatMap(({ words }) => words.stages[phase] ?? [])[0]
}

function moduleOf(of: Made): Module<UndertakingName> {
  const found = Object.values(MODULES).find(({ isIn }) => isIn(of))
  if (found === undefined) throw new Error('bug: a plan that is no undertaking')
  return found as Module<UndertakingName>
}
