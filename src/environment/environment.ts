import type { Secret } from '../model/secret.ts'

// One assignment as written. `expands` says of each ${ in the value, in order, whether Laravel puts another value
// there: it does in "${A}", not in '${A}' and "\${A}", which have the same characters.
export type Entry = { key: string; value: Secret; expands: readonly boolean[]; line: number }

// Something that Laravel takes and that was hardly meant.
export type Warning = { where: string; what: string; hint?: string }

// An environment file: its assignments in order, a key as often as it is written, and its text to the last byte.
export type Environment = { entries: readonly Entry[]; warnings: readonly Warning[]; content: Secret }

// What each key means to Laravel, where the last of several wins. Only for comparing: it holds values.
export function meanings(entries: readonly Entry[]): Map<string, string> {
  return new Map(entries.map(({ key, value, expands }) => [key, `${value.reveal()}\0${expands.map(Number).join('')}`]))
}
