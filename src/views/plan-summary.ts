import { wordsOf } from '../engine/undertakings/registry.ts'
import type { Action } from '../model/action.ts'
import type { Plan } from '../model/plan.ts'
import { placeOf, type ServerProblem } from '../model/errors.ts'
import { onOneLine } from '../model/printable.ts'
import { loudOf } from './package-view.ts'
import { actionsOf, untouched } from './plan-groups.ts'
import { jobsEffect, reloadEffect, serviceTitle } from './service-effect.ts'
import { type Symbol, symbolOf } from './action-view.ts'
import { count, names, sorted, withoutServer } from './words.ts'

// `hint` is the way out of a problem.
export type SummaryLine = { symbol: Symbol | ' '; text: string; hint?: string }

type Placed = { server: string; action: Action }

function files(placed: readonly Placed[]): SummaryLine[] {
  const touching = placed.filter(({ action }) =>
    ['file', 'retired', 'composer', 'apt-source', 'directory', 'link', 'user'].includes(action.kind),
  )
  const lines: SummaryLine[] = []
  for (const verb of ['create', 'update', 'retire'] as const) {
    for (const [noun, many, kinds] of [
      ['package source', 'package sources', ['apt-source']],
      ['user', 'users', ['user']],
      ['file', 'files', ['file', 'composer', 'retired']],
      ['directory', 'directories', ['directory']],
      ['link', 'links', ['link']],
    ] as const) {
      const some = touching.filter(
        ({ action }) => action.verb === verb && (kinds as readonly string[]).includes(action.kind),
      )
      if (some.length === 0) continue
      const things = sorted(
        some.map(({ server, action }) => action.address.slice(server.length + action.kind.length + 2)),
      )
      const what = `${verb} ${count(things.length, noun, many)} on ${places(some)}`
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
  const some = placed.filter(({ action }) => action.kind === 'package')
  if (some.length === 0) return []
  const things = sorted(some.map(({ action }) => (action.kind === 'package' ? action.after.name : '')))
  return [{ symbol: '+', text: `install ${count(things.length, 'package')} on ${places(some)}: ${names(things, 8)}` }]
}

function services(placed: readonly Placed[]): SummaryLine[] {
  const lines = new Map<string, { symbol: Symbol; text: string; effect: string; placed: Placed[] }>()
  for (const entry of placed) {
    const { action } = entry
    if (action.kind !== 'service') continue
    const text = `${action.verb} ${serviceTitle(action.after)}`
    const effect = action.verb === 'reload' ? `: ${reloadEffect(action.after)}` : ''
    const line = lines.get(text) ?? { symbol: symbolOf(action.verb), text, effect, placed: [] }
    line.placed.push(entry)
    lines.set(text, line)
  }
  return [...lines.values()].map((line) => ({
    symbol: line.symbol,
    text: `${line.text} on ${places(line.placed)}${line.effect}`,
  }))
}

function workers(placed: readonly Placed[]): SummaryLine[] {
  const lines: SummaryLine[] = []
  for (const verb of ['start', 'reload', 'retire'] as const) {
    const some = placed.filter(({ action }) => action.kind === 'programs' && action.verb === verb)
    if (some.length === 0) continue
    const apps = sorted(some.map(({ action }) => (action.kind === 'programs' ? action.after.app : '')))
    lines.push({
      symbol: symbolOf(verb),
      text: `${verb} workers of ${names(apps, 4)} on ${places(some)}: ${jobsEffect(verb)}`,
    })
  }
  return lines
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
  const allowed = plan.options.allow_upgrades ? ' (upgrades are allowed in this plan)' : ''
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
    ...services(placed),
    ...workers(placed),
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
  const { clusters, apps, servers } = plan.scope
  const scope = [
    ...clusters.map((name) => `cluster ${name}`),
    ...apps.map((name) => `app ${name}`),
    ...servers.map((name) => `server ${name}`),
  ]
  const alone = plan.options.apps ? '' : ' without apps'
  const asked = `${scope.length === 0 ? 'everything' : names(scope, 6)}${alone} (${count(all.length, 'server')})`
  return actions === 0
    ? ` for ${asked}`
    : `: ${count(actions, 'action')} on ${count(touched, 'server')}; asked for ${asked}`
}
