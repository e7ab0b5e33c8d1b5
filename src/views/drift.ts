import { placeOf, type ServerProblem } from '../model/errors.ts'
import type { Leftover, Plan } from '../model/plan.ts'
import { actionsOf } from './plan-groups.ts'
import { count, names, sorted } from '../model/words.ts'
import { featureOf } from '../model/feature.ts'

export type DriftedResource = {
  address: string
  kind: string
  feature: string
  verb: string
  because: readonly string[]
}
export type DriftedServer = {
  name: string
  state: 'in order' | 'drifted' | 'blocked' | 'not asked'
  resources: number
  drift: readonly DriftedResource[]
  problems: readonly ServerProblem[]
  notes: readonly string[]
  leftovers: readonly Leftover[]
}
export type Drift = {
  format: 1
  outcome: 'none' | 'drift' | 'incomplete' // incomplete: a server could not be asked
  servers: readonly DriftedServer[] // sorted by name
}

// A plan seen as a report: what is no longer as the definitions want it.
export function driftOf(plan: Plan): Drift {
  const planned = new Map(plan.servers.map((server) => [server.name, server]))
  const missing = grouped(plan.missing)
  const blocked = grouped(plan.blocked)
  const names = sorted([...planned.keys(), ...missing.keys(), ...blocked.keys()])
  const servers = names.map((name): DriftedServer => {
    const { resources = 0, notes = [], leftovers = [], elsewhere = [] } = planned.get(name) ?? {}
    const drift = [
      ...actionsOf(plan, name).map(({ address, kind, feature, verb, because }) => ({
        address,
        kind,
        feature,
        verb,
        because: because.map(({ text }) => text),
      })),
      ...elsewhere.map(({ app, what }) => ({
        address: `${name}/release/${app}`,
        kind: 'release',
        feature: featureOf('release', app),
        verb: 'switch',
        because: [what],
      })),
    ]
    const state = missing.has(name)
      ? 'not asked'
      : blocked.has(name)
        ? 'blocked'
        : drift.length > 0
          ? 'drifted'
          : 'in order'
    const problems = [...(missing.get(name) ?? []), ...(blocked.get(name) ?? [])]
    return {
      name,
      state,
      resources,
      drift,
      problems,
      notes: notes.filter((note) => !elsewhere.some(({ what }) => what === note)),
      leftovers,
    }
  })
  const incomplete = missing.size > 0
  return {
    format: 1,
    outcome: incomplete ? 'incomplete' : servers.some(({ state }) => state !== 'in order') ? 'drift' : 'none',
    servers,
  }
}

function grouped(problems: readonly ServerProblem[]): Map<string, ServerProblem[]> {
  const servers = new Map<string, ServerProblem[]>()
  for (const problem of problems) servers.set(problem.server, [...(servers.get(problem.server) ?? []), problem])
  return servers
}

// The servers that are not in order, those together that drifted alike.
export function driftGroups(drift: Drift): DriftedServer[][] {
  const groups = new Map<string, DriftedServer[]>()
  for (const server of drift.servers) {
    if (server.state === 'in order') continue
    const own = `${server.name}/`
    const bare = (place: string): string => (place.startsWith(own) ? place.slice(own.length) : place)
    const key = JSON.stringify([
      server.state,
      server.drift.map(({ address, ...rest }) => [bare(address), rest]),
      server.problems.map((problem) => [bare(placeOf(problem)), problem.code, problem.what, problem.hint]),
    ])
    groups.set(key, [...(groups.get(key) ?? []), server])
  }
  return [...groups.values()]
}

// What is wrong with a group, as its heading: web-1, web-2: 3 of 41 resources drifted.
export function driftTitle(group: readonly DriftedServer[]): string {
  const [first] = group
  if (first === undefined) return ''
  const servers = names(
    group.map(({ name }) => name),
    8,
  )
  if (first.state === 'not asked') return `${servers}: could not be asked`
  if (first.state === 'blocked') return `${servers}: blocked`
  return `${servers}: ${count(first.drift.length, 'resource')} drifted`
}

// How many servers are in which state, in words: 1 could not be asked, 2 drifted, 47 in order.
export function driftTally(drift: Drift): string {
  const order = [
    ['not asked', 'could not be asked'],
    ['blocked', 'blocked'],
    ['drifted', 'drifted'],
    ['in order', 'in order'],
  ] as const
  return order
    .map(([state, words]) => [drift.servers.filter((server) => server.state === state).length, words] as const)
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(', ')
}
