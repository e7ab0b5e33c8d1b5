import { nearest } from './nearest.ts'
import type { Violation } from './violation.ts'

export type Words = { what: string; hint?: string }

// A broken rule in words: the rule, the value, and the way out where one can be guessed.
export function words(violation: Violation): Words {
  const { keyword, params, rule, schema, value } = violation
  const is = `is ${shown(value)}`
  switch (keyword) {
    case 'type':
      return typeWords(rule, schema, value)
    case 'required':
      return { what: `must have ${String(params['missingProperty'])}` }
    case 'dependentRequired':
      return { what: `must have ${String(params['missingProperty'])} as well, because it has ${String(params['property'])}` }
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), schema)
    case 'enum':
      return oneOf(rule as unknown[], value)
    case 'anyOf':
      return { what: `must be ${alternatives(rule as Record<string, unknown>[])}, ${is}` }
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
  const short = value.length > 60 ? `${value.slice(0, 57)}…` : value
  return JSON.stringify(short).replace(/[\u007f-\u009f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function typeWords(rule: unknown, schema: Violation['schema'], value: unknown): Words {
  const types = Array.isArray(rule) ? (rule as string[]) : [String(rule)]
  const what = `must be ${types.map((type) => TYPE_NAMES[type] ?? type).join(' or ')}, is ${shown(value)}`
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) return { what, hint: 'quote it' }
  if (types.includes('array') && typeof value === 'string') return { what, hint: `write [ ${value.length > 30 ? '…' : value} ]` }
  const title = schema['title']
  return value === null && typeof title === 'string' ? { what, hint: 'give it a value or leave the key out' } : { what }
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

function unknownKey(key: string, schema: Violation['schema']): Words {
  const known = Object.keys((schema['properties'] ?? {}) as object)
  const what = `unknown key ${shown(key)}`
  if (key === '<<') return { what, hint: 'YAML 1.2 has no merge keys: use extends, or an alias for the whole value' }
  const meant = nearest(key, known)
  return { what, hint: meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?` }
}

function oneOf(choices: readonly unknown[], value: unknown): Words {
  const what = `must be ${choices.map(String).join(', ')}`.replace(/, ([^,]*)$/, ' or $1')
  const meant = typeof value === 'string' ? nearest(value, choices.map(String)) : undefined
  return meant === undefined ? { what: `${what}, is ${shown(value)}` } : { what: `${what}, is ${shown(value)}`, hint: `did you mean ${meant}?` }
}

function alternatives(branches: readonly Record<string, unknown>[]): string {
  return branches
    .map((branch) => {
      if (Array.isArray(branch['enum'])) return branch['enum'].join(', ')
      const type = branch['type']
      return typeof type === 'string' ? (TYPE_NAMES[type] ?? type) : 'a mapping'
    })
    .join(' or ')
}

// A pattern is never shown: the rule's own description and an example say more.
function patternWords({ schema, value, key }: Violation): Words {
  if (key !== undefined) return { what: `is no valid key: ${shown(key)}` }
  const text = String(value)
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) {
    const newline = /[\r\n]/.test(text)
    return {
      what: `must not hold ${newline ? 'a line break' : 'control characters'}, is ${shown(value)}`,
      ...(newline ? { hint: 'one line; for a long one use >-' } : {}),
    }
  }
  const description = schema['description']
  const examples = schema['examples']
  const name = typeof schema['title'] === 'string' ? `a valid ${schema['title'].toLowerCase()}` : `well-formed (${String(schema['pattern'])})`
  const what = `must be ${name}, is ${shown(value)}`
  const example = Array.isArray(examples) && typeof examples[0] === 'string' ? `, for example ${examples[0]}` : ''
  return typeof description === 'string' ? { what, hint: `${description.replace(/\.$/, '')}${example}` } : { what }
}

function count(rule: unknown, one: string, many: string): string {
  return `${String(rule)} ${rule === 1 ? one : many}`
}
