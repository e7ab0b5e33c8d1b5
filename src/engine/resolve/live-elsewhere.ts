import { appPaths } from '../../model/app-paths.ts'
import type { FactQuery, Facts } from '../../model/fact.ts'
import type { Wanted } from './wanted.ts'

// Which release each server of an app serves, told where one serves another than the others, or none: a new server, one
// that was left out, one whose disk was replaced.

export function liveQuery(app: string): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path: appPaths(app).current, wanted: undefined }
}

type Asked = { server: { name: string }; wanted: Pick<Wanted, 'apps'>; facts: Facts }

export type Elsewhere = { app: string; what: string }

// What is to be said, by server. Pure.
export function liveElsewhere(asked: readonly Asked[]): Map<string, Elsewhere[]> {
  const notes = new Map<string, Elsewhere[]>()
  const apps = [...new Set(asked.flatMap(({ wanted }) => wanted.apps.map(({ app }) => app.name)))].sort()
  for (const app of apps) {
    const on = asked
      .filter(({ wanted }) => wanted.apps.some((each) => each.app.name === app))
      .map(({ server, facts }) => ({ name: server.name, live: liveOf(facts, app) }))
    const [most, ...others] = served(on.flatMap(({ live }) => live ?? []))
    if (most === undefined) continue
    // Half of the servers serve one and half another: a link does not say which of them was left behind.
    const isClear = others.every(({ times }) => times < most.times)
    for (const { name, live } of on.filter((each) => each.live !== most.name || !isClear)) {
      const other = on.find(
        (each) => each.live !== undefined && each.live !== live && (each.live === most.name || !isClear),
      )
      const what = live === undefined ? `no release of ${app} is live here` : `${app} serves ${live} here`
      const way =
        isClear || live === undefined
          ? `flight up --server ${name}`
          : 'flight up --server NAME brings the one that is behind to what the others serve'
      notes.set(name, [
        ...(notes.get(name) ?? []),
        { app, what: `${what}, and ${other?.live ?? ''} on ${other?.name ?? ''}: ${way}` },
      ])
    }
  }
  return notes
}

function liveOf(facts: Facts, app: string): string | undefined {
  const fact = facts.get(liveQuery(app))
  return fact.type === 'link' ? fact.target.split('/').at(-1) : undefined
}

// What is served, what most servers serve first.
function served(names: readonly string[]): { name: string; times: number }[] {
  const times = (name: string) => names.filter((each) => each === name).length
  return [...new Set(names)]
    .map((name) => ({ name, times: times(name) }))
    .sort((a, b) => b.times - a.times || (a.name < b.name ? -1 : 1))
}
