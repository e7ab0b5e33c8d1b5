import type { Plan, PlannedServer, Stage } from '../model/plan.ts'
import { onOneLine } from '../model/printable.ts'
import { names } from '../model/words.ts'

// What is said of servers: which they are, in words, and what.
export type Note = { servers: string; text: string }
export type LeftoverView = Note & { remove: string }

const MOST_NAMES = 4

// What should be known of servers, those together of which the same is said.
export function notesOf(servers: readonly PlannedServer[]): { servers: string[]; text: string }[] {
  const by = new Map<string, string[]>()
  for (const server of servers) for (const note of server.notes) by.set(note, [...(by.get(note) ?? []), server.name])
  return [...by].map(([note, list]) => ({ servers: list, text: onOneLine(note) }))
}

// The notes of servers that no stage shows, because nothing is to be done there.
export function otherNotes(plan: Plan): Note[] {
  const shown = new Set(plan.stages.flatMap(serversAtWork))
  return notesOf(plan.servers.filter(({ name }) => !shown.has(name))).map(({ servers, text }) => ({
    servers: names(servers, MOST_NAMES),
    text,
  }))
}

// The servers that a stage does something on.
function serversAtWork(stage: Stage): string[] {
  return stage.servers.filter(({ actions }) => actions.length > 0).map(({ server }) => server)
}

// What lies on servers and is not Flight's to remove, with the command that would.
export function leftoversOf(servers: readonly Pick<PlannedServer, 'name' | 'leftovers'>[]): LeftoverView[] {
  const by = new Map<string, { what: string; remove: string; servers: string[] }>()
  for (const { name, leftovers } of servers) {
    for (const { what, remove } of leftovers) {
      const key = JSON.stringify([what, remove])
      const one = by.get(key) ?? { what, remove, servers: [] }
      one.servers.push(name)
      by.set(key, one)
    }
  }
  return [...by.values()].map(({ what, remove, servers: on }) => ({
    servers: names(on, MOST_NAMES),
    text: onOneLine(what),
    remove: onOneLine(remove),
  }))
}
