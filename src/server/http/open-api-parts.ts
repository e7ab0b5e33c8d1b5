import type { ParametersForm } from './checked.ts'
import { SCHEMAS } from './open-api-schemas.ts'
import { REFUSALS } from './problem.ts'

// What the descriptions of routes are made of.

// A piece of an OpenAPI document.
export type DocumentPart = Record<string, unknown>

const ref = (name: keyof typeof SCHEMAS) => ({ $ref: `#/components/schemas/${name}` })
export const jsonAnswer = (name: keyof typeof SCHEMAS) => ({ 'application/json': { schema: ref(name) } })
export const plainAnswer = { 'text/plain': { schema: { type: 'string' } } }
export const html = { 'text/html': { schema: { type: 'string' } } }
export const answer = (description: string, content: DocumentPart = {}): DocumentPart => ({
  description,
  ...(Object.keys(content).length === 0 ? {} : { content }),
})
export const app: DocumentPart = {
  name: 'app',
  in: 'path',
  required: true,
  description: 'the name of an app',
  schema: { type: 'string' },
}

type Schema = ParametersForm<unknown>['schema']

// The parameters that a schema of schemas/api.json describes, where they are sent.
export function parameters(place: 'path' | 'query' | 'header', { properties, required = [] }: Schema): DocumentPart[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: required.includes(name),
    description,
    schema,
  }))
}

// Every way to be refused that the route knows, and those that every route has.
function refusals(...statuses: readonly number[]): DocumentPart {
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
  parameters?: readonly DocumentPart[]
  requestBody?: DocumentPart
  answers: DocumentPart
  refused?: readonly number[]
  isOpen?: boolean
}

export function route(
  operationId: string,
  { summary, parameters = [], requestBody, answers, refused = [401, 403, 404, 429, 503], isOpen = false }: Route,
): DocumentPart {
  return {
    operationId,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: { ...refusals(...refused), ...answers },
    security: isOpen ? [] : [{ token: [] }],
  }
}

export const ASKED = { ...jsonAnswer('Release'), ...plainAnswer }
export const SENT = [401, 403, 404, 413, 415, 422, 429, 503]
