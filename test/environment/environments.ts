import { inspect } from 'node:util'
import { parseEnvironment } from '../../src/environment/parse.ts'
import { FlightError } from '../../src/model/errors.ts'

// The environment of a text.
export const environment = (text: string) => parseEnvironment(Buffer.from(text))

// The refusal of some bytes, or undefined when they are read.
export function refusal(bytes: Uint8Array): FlightError | undefined {
  try {
    parseEnvironment(bytes)
    return undefined
  } catch (error) {
    if (error instanceof FlightError) return error
    throw error
  }
}

// All that somebody could see of a thing: JSON, every form of inspect, its text, its message, problems and stack.
export function allThatShows(thing: unknown): string {
  const views = [
    JSON.stringify(thing),
    inspect(thing, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null, getters: true }),
    String(thing),
  ]
  return thing instanceof Error ? [...views, thing.message, thing.stack ?? ''].join('\n') : views.join('\n')
}

// As Flight's users know it: a key=value line per value that is read.
export const line = (key: string, value: string) => `${key}="${value.replace(/["\\$]/g, '\\$&')}"\n`
