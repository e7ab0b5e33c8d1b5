import { kindOf } from '../../kinds/kinds.ts'
import type { Action, BeforeOf } from '../../model/action.ts'
import { onResource, onServer, type ServerProblem } from '../../model/errors.ts'
import type { Plan, Stage } from '../../model/plan.ts'
import { addressOf } from '../../model/resource.ts'
import { afterOf } from '../compare.ts'
import { canonical } from '../digest.ts'
import { withDigest } from '../plan/plan-of.ts'
import { actionsIn, type ServerPlan } from '../resolve/plan-server.ts'
import type { Answer } from '../undertakings/undertaking.ts'
import { differences, saidOf } from './differences.ts'

// What is left of a plan's actions on one server: those still to be done, those found done, and what is no longer true.
export type Standing = { pending: readonly Action[]; already: readonly Action[]; stale: readonly ServerProblem[] }

// Holds a plan against a server where nothing of it was begun, and against what planning gives there now. Each action
// is one that planning gives as well, to the last field, or true already; anything else is stale. Pure.
export function standingOf(
  server: string,
  planned: readonly Action[],
  now: { actions: readonly Action[]; survey: Pick<Answer, 'wanted' | 'plan'> },
  plan: Pick<Plan, 'blocked'>,
): Standing {
  const { survey } = now
  const actionsNow = new Map(now.actions.map((action) => [action.address, action]))
  const spelledNow = new Set(now.actions.map(canonical))
  const addresses = new Set(planned.map(({ address }) => address))
  const pending: Action[] = []
  const already: Action[] = []
  const stale: ServerProblem[] = blockedSince(plan, survey.plan)
  for (const action of planned) {
    const current = actionsNow.get(action.address)
    if (spelledNow.has(canonical(action))) pending.push(action)
    else if (current === undefined && isTrue(server, action, survey)) already.push(action)
    else stale.push(staleness(server, action, current))
  }
  for (const action of now.actions) if (!addresses.has(action.address)) stale.push(unplanned(server, action))
  return { pending, already, stale }
}

// Holds a plan against a server where it was begun: it was found whole then, and half of it may be done. Each action is
// either as planned, or done; anything else is stale. Pure.
export function standingOfBegun(
  server: string,
  planned: readonly Action[],
  now: ServerPlan,
  plan: Pick<Plan, 'servers' | 'blocked'>,
): Standing {
  const actionsNow = new Map(actionsIn(now).map((action) => [action.address, action]))
  const pending: Action[] = []
  const already: Action[] = []
  const stale: ServerProblem[] = blockedSince(plan, now)
  for (const action of planned) {
    const current = actionsNow.get(action.address)
    const became = current === undefined ? kindOf(action.kind).unasked?.(action, actionsIn(now)) : undefined
    if (became === 'open' || (current !== undefined && stillHolds(action, current))) pending.push(action)
    else if (became === 'done' || (current === undefined && now.same.has(action.address))) already.push(action)
    else stale.push(staleness(server, action, current))
  }
  const wasInstall = plan.servers.find((entry) => entry.name === server)?.install
  if (now.install !== null && wasInstall !== undefined && wasInstall !== null)
    stale.push(...moreThanPlanned(server, wasInstall, now.install))
  return { pending, already, stale }
}

// The plan without what is true already, which planning does not name any more.
export function withoutAlready(plan: Plan, already: ReadonlySet<Action>): Plan {
  if (already.size === 0) return plan
  const { digest: _digest, ...body } = plan
  const stages = plan.stages
    .map((stage) => ({
      ...stage,
      servers: stage.servers
        .map((entry) => ({ ...entry, actions: entry.actions.filter((action) => !already.has(action)) }))
        .filter(({ actions }) => actions.length > 0),
    }))
    .filter(({ servers }) => servers.length > 0)
  const installsOn = (server: string, of: readonly Stage[]) =>
    of.some((stage) => stage.servers.some((entry) => entry.server === server && entry.actions.some(isInstall)))
  // Nothing is left to install where all of it is there.
  const servers = plan.servers.map((entry) =>
    installsOn(entry.name, plan.stages) && !installsOn(entry.name, stages) ? { ...entry, install: null } : entry,
  )
  return withDigest({ ...body, servers, stages })
}

function isInstall({ kind }: Action): boolean {
  return kindOf(kind).installs !== undefined
}

// What the plan does not say of it.
function blockedSince(plan: Pick<Plan, 'blocked'>, now: ServerPlan): ServerProblem[] {
  const known = new Set(plan.blocked.map(canonical))
  return now.blocked
    .filter((problem) => !known.has(canonical(problem)))
    .map((problem) => ({ ...problem, code: 'FLIGHT_STALE_PLAN', what: `since the plan was made: ${problem.what}` }))
}

// Whether what an action brings is what the definitions want, and is there.
function isTrue(server: string, action: Action, { wanted, plan }: Pick<Answer, 'wanted' | 'plan'>): boolean {
  if (!plan.same.has(action.address)) return false
  const spelled = canonical([action.feature, wantedAlone(action)])
  return wanted.resources.some(
    (resource) =>
      addressOf(server, resource) === action.address &&
      resource.kind === action.kind &&
      canonical([resource.feature, wantedAlone({ kind: resource.kind, after: afterOf(resource) })]) === spelled,
  )
}

// What nobody planned is not done by the way.
function unplanned(server: string, { address, because }: Action): ServerProblem {
  return {
    code: 'FLIGHT_STALE_PLAN',
    ...onResource(server, address),
    what: `is not as defined, and this plan does not change it: ${because.map(({ text }) => text).join('; ')}`,
    hint: 'plan again, review, apply',
  }
}

function moreThanPlanned(
  server: string,
  was: NonNullable<ServerPlan['install']>,
  is: NonNullable<ServerPlan['install']>,
): ServerProblem[] {
  const extra = [
    ...is.upgrades
      .filter(({ name }) => !was.upgrades.some((upgrade) => upgrade.name === name))
      .map(({ name }) => `upgrade ${name}`),
    ...is.removes
      .filter(({ name }) => !was.removes.some((remove) => remove.name === name))
      .map(({ name }) => `remove ${name}`),
  ]
  return extra.map((what) => ({
    code: 'FLIGHT_STALE_PLAN',
    ...onServer(server),
    what: `installing would now ${what}, which the plan does not name`,
    hint: 'plan again',
  }))
}

function stillHolds(planned: Action, now: Action): boolean {
  if (planned.kind !== now.kind || canonical(wantedAlone(planned)) !== canonical(wantedAlone(now))) return false
  return kindOf(planned.kind).holds?.(planned, now) ?? canonical(planned.before) === canonical(now.before)
}

// What is wanted, without what only the rest of the plan decides: half of it may be done already.
function wantedAlone({ kind, after }: Pick<Action, 'kind' | 'after'>): unknown {
  return kindOf(kind).within?.(after, { writes: [], installs: [], loads: [] }) ?? after
}

function staleness(server: string, planned: Action, now: Action | undefined): ServerProblem {
  if (now !== undefined && canonical(planned.before) === canonical(now.before)) {
    const [first] = differences('', planned, now)
    return {
      code: 'FLIGHT_STALE_PLAN',
      ...onResource(server, planned.address),
      what: first === undefined ? 'is planned otherwise now' : `${first.at}: ${saidOf(first)}`,
      hint: 'plan again, review, apply',
    }
  }
  const was = fieldsOf(planned.before)
  const is = now === undefined ? undefined : fieldsOf(now.before)
  const differs = (key: string) => is === undefined || was[key] !== is[key]
  const what =
    `changed since the plan was made: it was ${described(was, differs)}, it is ` +
    (is === undefined ? 'something that the plan does not expect' : described(is, differs))
  return {
    code: 'FLIGHT_STALE_PLAN',
    ...onResource(server, planned.address),
    what,
    hint: 'plan again, review, apply',
  }
}

// A state's own name and its fields as text; a file's content is its digest.
function fieldsOf(before: BeforeOf[keyof BeforeOf]): Record<string, string> {
  const { content: _content, written: _written, ...fields } = before as Record<string, unknown>
  const short = (key: string, value: unknown) =>
    (typeof value === 'string' ? value : canonical(value)).slice(0, key === 'sha256' ? 12 : 120)
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, short(key, value)]))
}

// file (mode 600), where only the mode differs.
function described(fields: Record<string, string>, differs: (key: string) => boolean): string {
  const shown = Object.keys(fields)
    .filter((key) => key !== 'is' && differs(key))
    .sort()
    .map((key) => `${key} ${fields[key]}`)
    .join(', ')
  const name = fields['is']
  return name === undefined ? shown : `${name}${shown === '' ? '' : ` (${shown})`}`
}
