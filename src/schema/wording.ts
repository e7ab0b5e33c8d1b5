import { nearest } from './nearest.ts'
import { hasControl, printable } from './printable.ts'
import type { Violation } from './violation.ts'

export type SchemaWords = { what: string; hint?: string }

// A broken rule in words: the rule, the value, and the way out where one can be guessed.
export function schemaWords(violation: Violation): SchemaWords {
  const { keyword, params, rule, schema, path, value } = violation
  const is = `is ${shown(value)}`
  switch (keyword) {
    case 'type':
      // What is no mapping at all may be anything, also somebody's password file: of that no word is repeated.
      return path.length === 0 ? { what: `must be a mapping, is ${kindOf(value)}` } : typeWords(rule, schema, value)
    case 'required':
      return { what: `must have ${String(params['missingProperty'])}` }
    case 'dependentRequired':
      return {
        what: `must have ${String(params['missingProperty'])} as well, because it has ${String(params['property'])}`,
      }
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), schema)
    case 'enum':
      return oneOf(rule as unknown[], value)
    case 'anyOf':
      return alternatives(rule as Record<string, unknown>[], value)
    case 'pattern':
      return patternWords(violation)
    case 'minimum':
      return { what: `must be >= ${String(rule)}, ${is}` }
    case 'maximum':
      return { what: `must be <= ${String(rule)}, ${is}` }
    case 'exclusiveMaximum':
      return { what: `must be < ${String(rule)}, ${is}` }
    case 'minItems':
      return { what: `must hold at least ${count(rule, 'entry', 'entries')}, holds ${(value as unknown[]).length}` }
    case 'maxItems':
      return { what: `must hold at most ${count(rule, 'entry', 'entries')}, holds ${(value as unknown[]).length}` }
    case 'minProperties':
      return { what: `must hold at least ${count(rule, 'entry', 'entries')}` }
    case 'maxProperties':
      return { what: `must hold at most ${count(rule, 'entry', 'entries')}` }
    case 'minLength':
      return { what: `must not be empty` }
    case 'maxLength':
      return { what: `must be at most ${count(rule, 'character', 'characters')} long, is ${(value as string).length}` }
    case 'const':
      return { what: `must be ${shown(rule)}, ${is}` }
    case 'not':
      return { what: `must not be ${shown(value)}` }
    default:
      return { what: `breaks the rule ${keyword} ${shown(rule)}, ${is}` }
  }
}

// A value as it may be shown in a message: short, on one line, without control characters.
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value !== 'string') return String(value)
  // Somebody wrote a password into an address: it must not reach a log by way of our message.
  const bare = value.slice(0, 2000).replace(/(:\/\/)[^/\s]*@/g, '$1…@')
  const short = bare.length > 60 ? `${bare.slice(0, 57)}…` : bare
  return printable(JSON.stringify(short))
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  return TYPE_NAMES[Array.isArray(value) ? 'array' : typeof value] ?? 'something else'
}

function typeWords(rule: unknown, schema: Violation['schema'], value: unknown): SchemaWords {
  const types = Array.isArray(rule) ? (rule as string[]) : [String(rule)]
  const what = `must be ${types.map((type) => TYPE_NAMES[type] ?? type).join(' or ')}, is ${shown(value)}`
  if (types.includes('string') && types.length === 1 && fitsOnceQuoted(schema, value)) return { what, hint: 'quote it' }
  if (types.includes('array') && typeof value === 'string')
    return { what, hint: `write [ ${value.length > 30 ? '…' : value} ]` }
  if (
    types.some((type) => type === 'integer' || type === 'number') &&
    typeof value === 'string' &&
    /^[0-9]{1,9}$/.test(value)
  ) {
    return { what, hint: 'without quotes' }
  }
  if (value === null) return { what, hint: 'give it a value or leave the key out' }
  return types.length > 1 ? { what, ...hintOf(schema) } : { what }
}

function fitsOnceQuoted(schema: Violation['schema'], value: unknown): boolean {
  if (typeof value !== 'number' && typeof value !== 'boolean') return false
  return typeof schema['pattern'] !== 'string' || new RegExp(schema['pattern'], 'u').test(String(value))
}

// What the schema itself says about such a value.
function hintOf({ description, examples }: Violation['schema']): { hint?: string } {
  if (typeof description !== 'string') return {}
  const example = Array.isArray(examples) && typeof examples[0] === 'string' ? `, for example ${examples[0]}` : ''
  return { hint: `${description.replace(/\.$/, '')}${example}` }
}

const TYPE_NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'empty',
}

function unknownKey(key: string, schema: Violation['schema']): SchemaWords {
  const known = Object.keys(schema['properties'] ?? {})
  const what = `unknown key ${shown(key)}`
  if (key === '<<') return { what, hint: 'YAML 1.2 has no merge keys: use extends, or an alias for the whole value' }
  const meant = nearest(key, known)
  return { what, hint: meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?` }
}

function oneOf(choices: readonly unknown[], value: unknown): SchemaWords {
  const what = `must be ${choices.map(String).join(', ')}`.replace(/, ([^,]*)$/, ' or $1')
  const meant = typeof value === 'string' ? nearest(value, choices.map(String)) : undefined
  return meant === undefined
    ? { what: `${what}, is ${shown(value)}` }
    : { what: `${what}, is ${shown(value)}`, hint: `did you mean ${meant}?` }
}

function alternatives(branches: readonly Record<string, unknown>[], value: unknown): SchemaWords {
  const choices = branches.flatMap((branch) => (Array.isArray(branch['enum']) ? branch['enum'].map(String) : []))
  const types = branches.flatMap((branch) =>
    Array.isArray(branch['enum']) ? [] : [TYPE_NAMES[String(branch['type'])] ?? 'a mapping'],
  )
  const what = `must be ${[...choices, ...types].join(', ').replace(/, ([^,]*)$/, ' or $1')}, is ${shown(value)}`
  const meant = typeof value === 'string' ? nearest(value, choices) : undefined
  return meant === undefined ? { what } : { what, hint: `did you mean ${meant}?` }
}

// A pattern is never shown: the rule's own description and an example say more.
function patternWords({ schema, value, key }: Violation): SchemaWords {
  if (key !== undefined) return { what: `is no valid key: ${shown(key)}`, ...hintOf(schema) }
  const text = String(value)
  if (text.includes('\n') || text.includes('\r')) {
    return { what: `must be one line, is ${shown(value)}`, hint: 'for a long one use >-' }
  }
  if (hasControl(text)) return { what: `must not hold control characters, is ${shown(value)}` }
  const name =
    typeof schema['title'] === 'string' ? ` ${schema['title'].replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())}` : ''
  return { what: `is no valid${name}: ${shown(value)}`, ...hintOf(schema) }
}

function count(rule: unknown, one: string, many: string): string {
  return `${String(rule)} ${rule === 1 ? one : many}`
}
