import { kindOf } from '../../kinds/kinds.ts'
import type { Action, BeforeOf } from '../../model/action.ts'
import { onResource, onServer, type ServerProblem } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { canonical } from '../digest.ts'
import { actionsIn, type ServerPlan } from '../resolve/plan-server.ts'

// What is left of a plan's actions on one server: those still to be done, those found done, and what is no longer true.
export type Standing = { pending: readonly Action[]; already: readonly Action[]; stale: readonly ServerProblem[] }

// Holds a plan against the server as it is now. Each action is either as planned, or done already; anything else is
// stale: said which fact, what it was, what it is. Pure.
export function standingOf(
  server: string,
  planned: readonly Action[],
  now: ServerPlan,
  plan: Pick<Plan, 'servers'>,
): Standing {
  const actionsNow = new Map(actionsIn(now).map((action) => [action.address, action]))
  const pending: Action[] = []
  const already: Action[] = []
  const stale: ServerProblem[] = now.blocked.map((problem) => ({
    ...problem,
    code: 'FLIGHT_STALE_PLAN',
    what: `since the plan was made: ${problem.what}`,
  }))
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
function wantedAlone({ kind, after }: Action): unknown {
  return kindOf(kind).within?.(after, { writes: [], installs: [], loads: [] }) ?? after
}

function staleness(server: string, planned: Action, now: Action | undefined): ServerProblem {
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
