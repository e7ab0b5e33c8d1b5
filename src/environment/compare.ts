import { meanings, type Environment } from './environment.ts'

// What became of one environment file: keys, sorted, and never
// a value. No key and not `identical`: comments, order, quotes.
export type Comparison = {
  added: readonly string[]
  removed: readonly string[]
  changed: readonly string[]
  identical: boolean
}

// What `after` has that `before` had not, and so on.
export function compareEnvironments(before: Environment, after: Environment): Comparison {
  return {
    ...compareKeys(meanings(before.entries), meanings(after.entries)),
    identical: before.content.reveal() === after.content.reveal(),
  }
}

// The same of any two things that say something about keys.
export function compareKeys(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Omit<Comparison, 'identical'> {
  return {
    added: [...after.keys()].filter((key) => !before.has(key)).sort(),
    removed: [...before.keys()].filter((key) => !after.has(key)).sort(),
    changed: [...before.keys()].filter((key) => after.has(key) && after.get(key) !== before.get(key)).sort(),
  }
}
