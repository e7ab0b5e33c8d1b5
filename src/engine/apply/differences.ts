import { onOneLine } from '../../model/printable.ts'
import { canonical } from '../digest.ts'

// A place in a plan, what the plan says there, and what planning says now.
export type Differing = { at: string; was: unknown; is: unknown }

// Where two values differ, as deep as both have it. Lists of what has a name are compared by it, so that one more entry
// is one difference. Pure.
export function differences(at: string, was: unknown, is: unknown): Differing[] {
  if (canonical(was ?? null) === canonical(is ?? null) && (was === undefined) === (is === undefined)) return []
  const [left, right] = [partsOf(was), partsOf(is)]
  if (left === undefined || right === undefined) return [{ at, was, is }]
  const keys = [...new Set([...left.keys(), ...right.keys()])]
  const inside = keys.flatMap((key) => differences(`${at}${at === '' ? '' : '/'}${key}`, left.get(key), right.get(key)))
  // The same entries in another order.
  return inside.length === 0 ? [{ at, was, is }] : inside
}

function partsOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const named = value.map((entry) => nameOf(entry))
    const isNamed = named.every((name) => name !== undefined) && new Set(named).size === named.length
    return new Map(value.map((entry, index) => [isNamed ? (named[index] ?? '') : String(index), entry]))
  }
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const { address, name, server, app } = entry as Record<string, unknown>
  return [address, name, server, app].find((each) => typeof each === 'string')
}

// A difference as a sentence.
export function saidOf({ was, is }: Differing): string {
  return `the plan says ${shown(was)}; planning now gives ${shown(is)}`
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = onOneLine(canonical(value))
  return text.length <= 160 ? text : `${text.slice(0, 157)}...`
}
