// What a generated validator reports (ajv's error object with `verbose`).
export type ValidatorError = {
  instancePath: string
  keyword: string
  params: Record<string, unknown>
  schema?: unknown
  parentSchema?: Record<string, unknown>
  data?: unknown
  propertyName?: string
}

// A generated validator: true, or its `errors` say what is wrong.
export type Validator<T = unknown> = ((data: unknown) => data is T) & { errors?: ValidatorError[] | null }

export type PathSegment = string | number

// One broken rule: where in the data, which rule, what stands there.
export type Violation = {
  path: readonly PathSegment[]
  key: string | undefined // the rule is about this key of the mapping at `path`, not about a value
  keyword: string
  params: Readonly<Record<string, unknown>>
  rule: unknown
  schema: Readonly<Record<string, unknown>>
  value: unknown
}

// Every broken rule of `data`, without the noise that alternatives (anyOf) make.
export function violations(validate: Validator, data: unknown): Violation[] {
  if (validate(data)) return []
  return withoutAlternatives(validate.errors ?? []).map((error) => ({
    path: pathOf(error.instancePath, data),
    key: error.propertyName ?? keyOf(error),
    keyword: error.keyword,
    params: error.params,
    rule: error.schema,
    schema: error.parentSchema ?? {},
    value: error.data,
  }))
}

// The alternatives of our schemas differ in type. Where the value has the type of one of them, only that one's
// complaints are of interest; where it has none of the types, only "must be one of these" is.
function withoutAlternatives(errors: readonly ValidatorError[]): ValidatorError[] {
  const kept: ValidatorError[] = []
  for (const error of errors) {
    if (error.keyword === 'if' || error.keyword === 'propertyNames') continue
    if (error.keyword !== 'anyOf') {
      kept.push(error)
      continue
    }
    const inside = kept.filter((e) => isBelow(e.instancePath, error.instancePath))
    const outside = kept.filter((e) => !inside.includes(e))
    const told = inside.filter((e) => e.instancePath !== error.instancePath || !CHOICE.has(e.keyword))
    kept.length = 0
    kept.push(...outside, ...(told.length > 0 ? told : [error]))
  }
  // Of a value of the wrong type nothing else is worth saying.
  const mistyped = new Set(kept.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath))
  return kept.filter(({ keyword, instancePath }) => keyword === 'type' || !mistyped.has(instancePath))
}

function keyOf({ keyword, params }: ValidatorError): string | undefined {
  return keyword === 'additionalProperties' ? String(params['additionalProperty']) : undefined
}

const CHOICE = new Set(['type', 'enum', 'const'])

function isBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(`${parent}/`)
}

// A JSON pointer as segments; what indexes a list is a number.
function pathOf(pointer: string, data: unknown): PathSegment[] {
  const path: PathSegment[] = []
  let here = data
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~')
    const segment = Array.isArray(here) ? Number(key) : key
    path.push(segment)
    here = (here as Record<PathSegment, unknown> | undefined)?.[segment]
  }
  return path
}
