import { namedIn, wordsOf } from '../engine/undertakings/registry.ts'
import type { Running } from '../kinds/kind.ts'
import { KINDS, kindOf } from '../kinds/kinds.ts'
import type { Action, Verb } from '../model/action.ts'
import type { Plan } from '../model/plan.ts'
import { placeOf, type ServerProblem } from '../model/errors.ts'
import { onOneLine } from '../model/printable.ts'
import { allows } from '../model/undertaking.ts'
import { loudOf } from './package-view.ts'
import { actionsOf, isInstall, untouched } from './plan-groups.ts'
import { type Symbol, symbolOf } from './action-view.ts'
import { count, names, sorted } from '../model/words.ts'
import { withoutServer } from './words.ts'

// `hint` is the way out of a problem.
export type SummaryLine = { symbol: Symbol | ' '; text: string; hint?: string }

type Placed = { server: string; action: Action }

// What a summary counts, in the order of the kinds.
const COUNTED = new Map(
  Object.values(KINDS).flatMap(({ counted }) => (counted === undefined ? [] : [[counted.one, counted.many] as const])),
)

function files(placed: readonly Placed[]): SummaryLine[] {
  const lines: SummaryLine[] = []
  for (const verb of ['create', 'update', 'retire'] as const) {
    for (const [one, many] of COUNTED) {
      const some = placed.filter(({ action }) => action.verb === verb && kindOf(action.kind).counted?.one === one)
      if (some.length === 0) continue
      const things = sorted(
        some.map(({ server, action }) => action.address.slice(server.length + action.kind.length + 2)),
      )
      const what = `${verb} ${count(things.length, one, many)} on ${places(some)}`
      lines.push({ symbol: symbolOf(verb), text: `${what}: ${names(things, 4)}` })
    }
  }
  return lines
}

function places(placed: readonly Placed[]): string {
  const servers = sorted(placed.map(({ server }) => server))
  return servers.length <= 4 ? names(servers, 4) : `${servers.length} servers`
}

function packages(placed: readonly Placed[]): SummaryLine[] {
  const some = placed.filter(({ action }) => isInstall(action))
  if (some.length === 0) return []
  const things = sorted(some.flatMap(({ action }) => kindOf(action.kind).installs?.(action).name ?? []))
  return [{ symbol: '+', text: `install ${count(things.length, 'package')} on ${places(some)}: ${names(things, 8)}` }]
}

// What is started and loaded, each once: services, then the workers of all apps together.
function running(placed: readonly Placed[]): SummaryLine[] {
  const lines = new Map<string, Running & { verb: Verb; apps: string[]; placed: Placed[] }>()
  const inOrder = Object.keys(KINDS).flatMap((kind) => placed.filter(({ action }) => action.kind === kind))
  for (const entry of inOrder) {
    const { kind, verb } = entry.action
    const runs = kindOf(kind).running?.(entry.action)
    if (runs === undefined) continue
    const key = `${verb} ${runs.what}`
    const line = lines.get(key) ?? { ...runs, verb, apps: [], placed: [] }
    line.placed.push(entry)
    line.apps.push(...(runs.of === undefined ? [] : [runs.of]))
    lines.set(key, line)
  }
  // Of workers those that start first, those that go last.
  const rank = ({ apps, verb }: { apps: string[]; verb: Verb }) =>
    apps.length === 0 ? -1 : ['start', 'reload', 'retire'].indexOf(verb)
  const sortedLines = [...lines.values()].sort((a, b) => rank(a) - rank(b))
  return sortedLines.map(({ verb, what, apps, effect, placed: some }) => {
    const whose = apps.length === 0 ? '' : ` of ${names(sorted(apps), 4)}`
    const text = `${verb} ${what}${whose} on ${places(some)}${effect === undefined ? '' : `: ${effect}`}`
    return { symbol: symbolOf(verb), text }
  })
}

// What the plan is about as a whole, and what a reader should know of it.
function headlines(plan: Plan): SummaryLine[] {
  return wordsOf(plan)
    .lines(plan, (servers) => names(servers, 8))
    .map(({ mark, text }) => ({ symbol: mark, text }))
}

function apt(plan: Plan): SummaryLine[] {
  const servers = new Map<string, string[]>()
  for (const server of plan.servers)
    for (const text of loudOf(server.install)) servers.set(text, [...(servers.get(text) ?? []), server.name])
  const allowed = allows(plan.asked, 'upgrades') ? ' (upgrades are allowed in this plan)' : ''
  return [...servers].map(([text, list]) => ({ symbol: '!', text: `apt ${text} on ${names(list, 4)}${allowed}` }))
}

// What of a server a problem is about, as people say it: file
// /etc/nginx/nginx.conf; nothing where it is the server itself.
function placeOn(problem: ServerProblem): string {
  const place = placeOf(problem)
  return problem.address === undefined ? onOneLine(place) : withoutServer(place, problem.server)
}

// Problems, those together that say the same of several servers.
export function problemLines(problems: readonly ServerProblem[], one: string, many: string): SummaryLine[] {
  const groups = new Map<string, { problem: ServerProblem; place: string; servers: Set<string> }>()
  for (const problem of problems) {
    const { server } = problem
    const place = placeOn(problem)
    const key = JSON.stringify([problem.code, place, problem.what, problem.hint])
    const group = groups.get(key) ?? { problem, place, servers: new Set() }
    group.servers.add(server) // several resources of one may stand before the same problem
    groups.set(key, group)
  }
  return [...groups.values()].map(({ problem, place, servers }) => ({
    symbol: '!',
    text:
      `${names([...servers], 8)} ${servers.size === 1 ? one : many}: ` +
      `${place === '' ? '' : `${place}: `}${onOneLine(problem.what)} (${problem.code})`,
    ...(problem.hint === undefined ? {} : { hint: onOneLine(problem.hint) }),
  }))
}

// What a plan comes to, most urgent first: what is missing, what apt would change, then what is done.
export function summaryLines(plan: Plan): SummaryLine[] {
  const placed = plan.servers.flatMap(({ name }) => actionsOf(plan, name).map((action) => ({ server: name, action })))
  return [
    ...problemLines(plan.missing, 'could not be asked', 'could not be asked'),
    ...problemLines(plan.blocked, 'is blocked', 'are blocked'),
    ...headlines(plan),
    ...apt(plan),
    ...packages(placed),
    ...files(placed),
    ...running(placed),
    ...quiet(plan),
  ]
}

function quiet(plan: Plan): SummaryLine[] {
  if (plan.servers.length === 0 && plan.missing.length === 0)
    return [{ symbol: ' ', text: 'No server has to do with what was asked for' }]
  const servers = untouched(plan)
  if (servers.length === 0) return []
  const resources = servers.reduce((sum, server) => sum + server.resources, 0)
  const which =
    servers.length === plan.servers.length
      ? ''
      : `: ${names(
          servers.map(({ name }) => name),
          6,
        )}`
  return [
    {
      symbol: ' ',
      text:
        `Nothing to do on ${count(servers.length, 'server')} (${count(resources, 'resource')} are as ` +
        `defined)${which}`,
    },
  ]
}

// How much it is and what was asked for: 61 actions on 4 servers; asked for cluster staging (5 servers).
export function titleOf(plan: Plan): string {
  const all = sorted([...plan.servers.map(({ name }) => name), ...plan.missing.map(({ server }) => server)])
  const actions = plan.servers.reduce((sum, { name }) => sum + actionsOf(plan, name).length, 0)
  const touched = plan.servers.filter(({ name }) => actionsOf(plan, name).length > 0).length
  const { parts, apart } = namedIn(plan.asked)
  const without = apart === undefined ? '' : ` without ${apart}`
  const asked = `${parts.length === 0 ? 'everything' : names(parts, 6)}${without} (${count(all.length, 'server')})`
  return actions === 0
    ? ` for ${asked}`
    : `: ${count(actions, 'action')} on ${count(touched, 'server')}; asked for ${asked}`
}
