import type { Row } from './database.ts'

// Reads columns strictly: what is not as Flight writes it is damage, and is not guessed at.

// Thrown for such a column; who reads knows the file and says it.
export class Damage extends Error {}

export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Damage(`${column} is no text`)
  return value
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column)
}

export function whole(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Damage(`${column} is no whole number`)
  return value
}

export function wholeOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : whole(row, column)
}

export function oneOf<T extends string>(row: Row, column: string, members: readonly T[]): T {
  const value = textOf(row, column)
  const found = members.find((member) => member === value)
  if (found === undefined) throw new Damage(`${column} is none of ${members.join(', ')}`)
  return found
}

export function jsonOf(row: Row, column: string): unknown {
  try {
    return JSON.parse(textOf(row, column))
  } catch {
    throw new Damage(`${column} is no JSON`)
  }
}

// For writing: what JSON cannot say is a mistake of the caller.
export function toJson(value: unknown): string {
  const said = JSON.stringify(value) as string | undefined
  if (said === undefined) throw new TypeError(`${typeof value} cannot be kept as JSON`)
  return said
}

// How many rows, where a negative number would mean all.
export const atMost = (limit: number) => Math.max(0, Math.trunc(limit))
