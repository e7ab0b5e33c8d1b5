import { cleanOfEscapes } from '../../model/printable.ts'
import { type Validator, type Violation, violations } from '../../schema/violation.ts'
import { schemaWords } from '../../schema/wording.ts'
import { refuse } from './problem.ts'
import { withoutTokens } from './tokens.ts'

// A schema of parameters and what the build made of it.
export type ParametersForm<T> = {
  schema: { properties: Record<string, { type: string; description: string }>; required?: readonly string[] }
  validator: Validator<T>
}

const MOST_TOLD = 5

// A value that has the form of its schema; refused otherwise, with every broken rule in words.
export function checked<T>(validator: Validator<T>, value: unknown, called: string): T {
  const found = violations(validator, value)
  // Somebody who wrote a key wrong misses the right one as well.
  const first = found.find(({ key }) => key !== undefined) ?? found[0]
  if (first === undefined) return value as T
  const detail = found.slice(0, MOST_TOLD).map((violation) => sentence(violation, called))
  return badRequest(withoutTokens(cleanOfEscapes(detail.join(' '))), wayOut(first))
}

// What the path, the query or the headers say of the names in a schema; what else is in them is ignored.
export function checkedParameters<T>(form: ParametersForm<T>, read: (name: string) => string | undefined): T {
  const said: Record<string, unknown> = {}
  for (const [name, { type }] of Object.entries(form.schema.properties)) {
    const text = read(name)
    if (text !== undefined) said[name] = type === 'integer' ? numberOrText(text) : text
  }
  return checked(form.validator, said, 'The request')
}

// Digits are a number; nothing else says so where all is text.
export function numberOrText(text: string): number | string {
  return /^\d{1,16}$/.test(text) ? Number(text) : text
}

// Refused because of what was sent.
export function badRequest(detail: string, hint: string): never {
  refuse('bad-request', { detail, hint })
}

function sentence(violation: Violation, called: string): string {
  const place = violation.path.join('.')
  const { what } = schemaWords(violation)
  if (violation.key !== undefined) return `${called} has an ${what}.`
  return `${place === '' ? called : place} ${what}.`
}

// What the schema says of the value, or of the one that is missing.
function wayOut(violation: Violation): string {
  const { keyword, params, schema } = violation
  if (keyword === 'additionalProperties') return capitalised(schemaWords(violation).hint ?? SEE_DOCUMENT)
  const missing = keyword === 'required' ? propertiesOf(schema)[String(params['missingProperty'])] : undefined
  const { description } = missing ?? schema
  return typeof description === 'string' ? description : SEE_DOCUMENT
}

const capitalised = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
const SEE_DOCUMENT = 'GET /openapi.json describes what is expected.'

function propertiesOf(schema: Violation['schema']): Record<string, { description?: unknown }> {
  return (schema['properties'] ?? {}) as Record<string, { description?: unknown }>
}
