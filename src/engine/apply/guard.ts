import type { Action, ActionOf, BeforeOf, FileBefore } from '../../model/action.ts'
import type { Problem } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { canonical } from '../digest.ts'
import { actionsIn, type ServerPlan } from '../resolve/plan-server.ts'

// What is left of a plan's actions on one server: those still to be done, those found done, and what is no longer true.
export type Standing = { pending: readonly Action[]; already: readonly Action[]; stale: readonly Problem[] }

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
  const stale: Problem[] = now.blocked.map((problem) => ({
    ...problem,
    code: 'FLIGHT_STALE_PLAN',
    what: `since the plan was made: ${problem.what}`,
  }))
  for (const action of planned) {
    const current = actionsNow.get(action.address)
    if (current !== undefined && stillHolds(action, current)) pending.push(action)
    else if (current === undefined && isLoading(action)) (mustLoad(action, actionsNow) ? pending : already).push(action)
    // what is retired is known no more
    else if (current === undefined && (now.same.has(action.address) || action.kind === 'retired')) already.push(action)
    else stale.push(staleness(action, current))
  }
  const wasInstall = plan.servers.find((entry) => entry.name === server)?.install
  if (now.install !== null && wasInstall !== undefined && wasInstall !== null)
    stale.push(...moreThanPlanned(server, wasInstall, now.install))
  return { pending, already, stale }
}

// A load after retiring. Once the files are retired nothing asks for it by that name any more: then the service itself
// says whether it still has to load them.
function isLoading(action: Action): action is ActionOf<'service'> {
  return action.kind === 'service' && action.after.phase === 'retire'
}

function mustLoad(action: ActionOf<'service'>, now: ReadonlyMap<string, Action>): boolean {
  return [...now.values()].some(
    (other) => other.kind === 'service' && other.after.unit === action.after.unit && other.verb === 'reload',
  )
}

function moreThanPlanned(
  server: string,
  was: NonNullable<ServerPlan['install']>,
  is: NonNullable<ServerPlan['install']>,
): Problem[] {
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
    where: server,
    what: `installing would now ${what}, which the plan does not name`,
    hint: 'plan again',
  }))
}

function stillHolds(planned: Action, now: Action): boolean {
  if (planned.kind !== now.kind || canonical(withoutChanges(planned)) !== canonical(withoutChanges(now))) return false
  switch (planned.kind) {
    case 'package':
      return (
        planned.before.candidate === undefined ||
        planned.before.candidate === (now as ActionOf<'package'>).before.candidate
      )
    case 'service':
      return serviceHolds(planned, now as ActionOf<'service'>)
    case 'live': // half of the servers may have switched before a run ended
      return (
        planned.before.live === (now as ActionOf<'live'>).before.live ||
        (now as ActionOf<'live'>).before.live === planned.after.release
      )
    case 'release':
    case 'command':
    case 'health':
    case 'prune':
    case 'environment':
    case 'push':
      return true // what was begun is gone on with
    case 'programs':
      return true // what they are doing right now changes by itself
    case 'file':
    case 'composer':
    case 'retired':
      return sameFile(planned.before, now.before as FileBefore)
    case 'apt-source':
      return sourceHolds(planned, now as ActionOf<'apt-source'>)
    default:
      return canonical(planned.before) === canonical(now.before)
  }
}

// What is wanted, without what only the rest of the plan decides: half of it may be done already.
function withoutChanges(action: Action): unknown {
  if (action.kind === 'service') return { ...action.after, changes: [], precedes: [], installs: [] }
  return action.kind === 'programs' ? { ...action.after, changes: [] } : action.after
}

// A service that this plan's own packages bring, or that half of the plan left with something to load, goes on.
function serviceHolds(planned: ActionOf<'service'>, now: ActionOf<'service'>): boolean {
  if (!planned.before.exists) return true
  const { exists, enabled, active } = planned.before
  return now.before.exists === exists && now.before.enabled === enabled && now.before.active === active
}

function sameFile(was: FileBefore, is: FileBefore): boolean {
  const plain = (before: FileBefore) => {
    if (before.is !== 'file') return before
    const { content: _content, written: _written, ...rest } = before
    return rest
  }
  return canonical(plain(was)) === canonical(plain(is))
}

// A source is made of three things; each may be as it was or as it shall be.
function sourceHolds(planned: ActionOf<'apt-source'>, now: ActionOf<'apt-source'>): boolean {
  const { before: was } = planned
  const { before: is } = now
  const keyHolds =
    canonical(was.key) === canonical(is.key) ||
    ('fingerprint' in planned.after.key && is.key.length === 1 && is.key[0] === planned.after.key.fingerprint)
  const partHolds = (a: FileBefore, b: FileBefore) => sameFile(a, b) || (b.is === 'file' && b.written)
  return keyHolds && partHolds(was.sources, is.sources) && partHolds(was.preferences, is.preferences)
}

function staleness(planned: Action, now: Action | undefined): Problem {
  const was = fieldsOf(planned.before)
  const is = now === undefined ? undefined : fieldsOf(now.before)
  const differs = (key: string) => is === undefined || was[key] !== is[key]
  const what =
    `changed since the plan was made: it was ${described(was, differs)}, it is ` +
    `${is === undefined ? 'something that the plan does not expect' : described(is, differs)}`
  return { code: 'FLIGHT_STALE_PLAN', where: planned.address, what, hint: 'plan again, review, apply' }
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
