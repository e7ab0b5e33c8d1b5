import type { Problem } from '../../model/errors.ts'
import type { FactQuery } from '../../model/fact.ts'
import type { Plan, Stage } from '../../model/plan.ts'
import type { Resource } from '../../model/resource.ts'
import { type Phase, readStageName, stageName } from '../../model/stage-name.ts'
import { compared, factsOfResource } from '../compare.ts'
import type { Case, ServerPlan } from '../resolve/plan-server.ts'
import { withWritten } from '../resolve/resolve.ts'
import type { Wanted } from '../resolve/wanted.ts'
import type { Answer, Line, Planning, ReasonToGoBack, Undertaking, WayBack } from './undertaking.ts'

// What releases and pushes have in common: they are done on all of their servers or on none, stage by stage, and are
// taken back where one server does not get that far. They touch nothing but their apps, and ask about nothing else.

// Its stages in their order. From `live` on requests are answered with it; once `stays` is done on all servers it
// stays; what `last` does not get done is done the next time.
export type Course = { phases: readonly Phase[]; live: Phase; stays: Phase; last: Phase }

type Common = Pick<Undertaking, 'isAllOrNone' | 'facts' | 'factsBeside' | 'serverPlan' | 'isCritical' | 'needsAll'> & {
  way: Pick<WayBack, 'reason' | 'goesBackFirst'>
} & Pick<Planning, 'together' | 'elsewhere' | 'stages'>

export function allOrNone(course: Course): Common {
  const { phases, live, stays } = course
  return {
    isAllOrNone: true,
    facts: queries,
    factsBeside: () => [],
    serverPlan,
    // What lies between the first server's going live and the moment from which on all stay.
    isCritical: (stage) => {
      const at = phaseAt(stage, phases)
      return at >= phases.indexOf(live) && at <= phases.indexOf(stays)
    },
    needsAll: () => false,
    way: {
      reason: (stopped, problems) => reason(course, stopped, problems),
      goesBackFirst: (stage) => readStageName(stage)?.phase === live,
    },
    together: (answers) => answers,
    elsewhere: () => new Map(),
    stages: (answers, _definitions, isWhole) => (isWhole ? stages(answers, phases) : []),
  }
}

// What is said of a stage by all of them.
export const COMMON_STAGES = {
  prepare: 'the release is made ready on all servers; nobody is served by it yet',
  'go live': 'on all servers at once, or on none',
  'check live': 'where one does not answer, all servers go back',
  confirm: 'until here each server goes back by itself when nobody says that it stays',
  workers: 'each finishes its job, and comes back in the live release',
  finish: 'old releases go; one that is in use, or holds what nobody else has, stays',
} as const

// The line of a plan that says what it does, or that nothing of it is done.
export function headline(plan: Plan, mark: Line['mark'], text: string): Line {
  return plan.stages.length === 0 && plan.missing.length + plan.blocked.length > 0
    ? { mark: ' ', text: `${text}. Nothing of it is done, because of what stands above` }
    : { mark, text }
}

function queries({ resources }: Wanted): FactQuery[] {
  return resources.flatMap(factsOfResource)
}

function phaseAt(stage: string, phases: readonly Phase[]): number {
  const phase = readStageName(stage)?.phase
  return phase === undefined ? -1 : phases.indexOf(phase)
}

// Compares what is wanted with what is there. Pure.
function serverPlan({ server, wanted, facts }: Case): ServerPlan {
  const { changes, same, blocked, notes, passing } = compared(server, withWritten(wanted.resources, facts), facts)
  const staged = changes.map(({ resource, action }) => ({ stage: stageOf(resource), action }))
  return {
    configure: [],
    retire: [],
    staged,
    same,
    install: null,
    blocked,
    notes: [...new Set(notes)],
    passing: [...new Set(passing)],
    leftovers: [],
  }
}

function stageOf({ stage, name }: Resource): string {
  if (stage === undefined) throw new Error(`bug: ${name} has no stage`)
  return stageName(stage)
}

// The stages of all servers in their order, a phase's waves one after the other.
function stages(answers: readonly Answer[], phases: readonly Phase[]): Stage[] {
  const rank = (name: string) => phaseAt(name, phases) * 1000 + (readStageName(name)?.wave?.at ?? 0)
  const names = [...new Set(answers.flatMap(({ plan }) => plan.staged.map(({ stage }) => stage)))].sort(
    (a, b) => rank(a) - rank(b),
  )
  return names.map((name) => ({
    name,
    servers: answers
      .map(({ server, plan }) => ({
        server: server.name,
        actions: plan.staged.filter(({ stage }) => stage === name).map(({ action }) => action),
      }))
      .filter(({ actions }) => actions.length > 0),
  }))
}

// What only says that nobody knows: it makes no release a failed
// one, and once all servers stay live it is no reason to go back.
const UNKNOWN: readonly Problem['code'][] = [
  'FLIGHT_LOCKED',
  'FLIGHT_HOST_KEY_CHANGED',
  'FLIGHT_AUTHENTICATION',
  'FLIGHT_CUT_OFF',
  'FLIGHT_CONNECTION_LOST',
  'FLIGHT_UNREACHABLE',
  'FLIGHT_LOCK_LOST',
  'FLIGHT_INTERRUPTED',
]

function reason(
  { phases, live, stays, last }: Course,
  stopped: string,
  problems: readonly Problem[],
): ReasonToGoBack | undefined {
  const at = phaseAt(stopped, phases)
  if (phases[at] === last) return undefined
  const certain = problems.find(({ code }) => !UNKNOWN.includes(code))
  const wasLive = at >= phases.indexOf(live)
  const staysLive = at > phases.indexOf(stays)
  const problem =
    certain ?? (wasLive && !staysLive ? problems.find(({ code }) => code !== 'FLIGHT_INTERRUPTED') : undefined)
  return problem === undefined ? undefined : { problem, wasLive }
}
