import { SCHEMAS } from './open-api-schemas.ts'
import { REFUSALS } from './problem.ts'

// What the descriptions of routes are made of.

// A piece of an OpenAPI document.
export type Part = Record<string, unknown>

const ref = (name: keyof typeof SCHEMAS) => ({ $ref: `#/components/schemas/${name}` })
export const json = (name: keyof typeof SCHEMAS) => ({ 'application/json': { schema: ref(name) } })
export const plain = { 'text/plain': { schema: { type: 'string' } } }
export const html = { 'text/html': { schema: { type: 'string' } } }
export const answer = (description: string, content: Part = {}): Part => ({
  description,
  ...(Object.keys(content).length === 0 ? {} : { content }),
})
export const query = (name: string, description: string, schema: Part): Part => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
})
export const header = (name: string, description: string): Part => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
})

export const id: Part = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'the number of what was asked for',
  schema: { type: 'integer', minimum: 1 },
}
export const app: Part = {
  name: 'app',
  in: 'path',
  required: true,
  description: 'the name of an app',
  schema: { type: 'string' },
}
export const wait = query('wait', 'seconds to wait for the end', { type: 'integer', minimum: 0, maximum: 300 })
export const key = header('Idempotency-Key', 'sent again, it is the same release')

// Every way to be refused that the route knows, and those that every route has.
function refusals(...statuses: readonly number[]): Part {
  const all = [...new Set([400, 500, ...statuses])].sort((a, b) => a - b)
  return Object.fromEntries(
    all.map((status) => [
      status,
      answer(
        Object.values(REFUSALS)
          .filter(([number]) => number === status)
          .map(([, title]) => title)
          .join('; or: '),
        { 'application/problem+json': { schema: ref('Refusal') } },
      ),
    ]),
  )
}

type Route = {
  summary: string
  parameters?: readonly Part[]
  requestBody?: Part
  answers: Part
  refused?: readonly number[]
  isOpen?: boolean
}

export function route(
  operationId: string,
  { summary, parameters = [], requestBody, answers, refused = [401, 403, 404, 429, 503], isOpen = false }: Route,
): Part {
  return {
    operationId,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { ...refusals(...refused), ...answers },
    security: isOpen ? [] : [{ token: [] }],
  }
}

export const ASKED = { ...json('Release'), ...plain }
export const SENT = [401, 403, 404, 413, 415, 422, 429, 503]
