import { appPaths } from '../model/app-paths.ts'
import type { FactQuery, Facts } from '../model/fact.ts'
import type { Wanted } from './compile.ts'

// Which release each server of an app serves, told where one serves another than the others, or none: a new server, one that was
// left out, one whose disk was replaced.

export function liveQuery(app: string): Extract<FactQuery, { fact: 'file' }> {
  return { fact: 'file', path: appPaths(app).current, wanted: undefined }
}

type Asked = { server: { name: string }; wanted: Pick<Wanted, 'apps'>; facts: Facts }

// What is to be said, by server. Pure.
export function liveElsewhere(asked: readonly Asked[]): Map<string, string[]> {
  const notes = new Map<string, string[]>()
  const apps = [...new Set(asked.flatMap(({ wanted }) => wanted.apps.map(({ app }) => app.name)))].sort()
  for (const app of apps) {
    const on = asked.filter(({ wanted }) => wanted.apps.some((each) => each.app.name === app)).map(({ server, facts }) => ({ name: server.name, live: liveOf(facts, app) }))
    const most = mostServed(on.flatMap(({ live }) => live ?? []))
    if (most === undefined) continue
    const there = on.find(({ live }) => live === most)?.name ?? ''
    for (const { name, live } of on.filter((each) => each.live !== most)) {
      const what = live === undefined ? `no release of ${app} is live here` : `${app} serves ${live} here`
      notes.set(name, [...(notes.get(name) ?? []), `${what}, and ${most} on ${there}: flight up --server ${name}`])
    }
  }
  return notes
}

function liveOf(facts: Facts, app: string): string | undefined {
  const fact = facts.get(liveQuery(app))
  return fact.type === 'link' ? fact.target.split('/').at(-1) : undefined
}

function mostServed(names: readonly string[]): string | undefined {
  const count = (name: string) => names.filter((each) => each === name).length
  return [...new Set(names)].sort((a, b) => count(b) - count(a) || (a < b ? -1 : 1))[0]
}
