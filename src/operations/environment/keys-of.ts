import type { Comparison } from '../../environment/compare.ts'
import { names } from '../../views/words.ts'

// +A, -B, ~C: keys, never a value.
export function keysOf({ added, removed, changed }: Comparison): string {
  const keys = [
    ...added.map((key) => `+${key}`),
    ...removed.map((key) => `-${key}`),
    ...changed.map((key) => `~${key}`),
  ]
  return keys.length === 0 ? 'comments, order or quotes' : names(keys, 12)
}
