import { Ajv2020 } from 'ajv/dist/2020.js'
import * as assert from 'uvu/assert'
import { openApi } from '../../../src/server/http/open-api.ts'

type Content = Record<string, { schema: { $ref?: string } }>
type Operation = { responses: Record<string, { content?: Content }> }
export type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

export const DOCUMENT = openApi('http://flight.test') as unknown as Document

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ },
})
ajv.addSchema(DOCUMENT, 'doc')

// Holds what was answered against what the document says of that route. What no route answers is a problem, or a page.
export async function checkAnswer(method: string, path: string, answer: Response): Promise<void> {
  const bare = path.replace(/[?#].*$/, '')
  const known = Object.keys(DOCUMENT.paths).find((each) =>
    new RegExp(`^${each.replace(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  )
  const operation =
    known === undefined ? undefined : DOCUMENT.paths[known]?.[(method === 'HEAD' ? 'GET' : method).toLowerCase()]
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] as string
  for (const header of ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cache-control'])
    assert.ok(answer.headers.has(header), `${method} ${path}: ${header} is missing`)
  if (type === 'application/problem+json' && method !== 'HEAD') await fits('Refusal', answer)
  if (operation === undefined || method === 'HEAD') return
  const told = operation.responses[String(answer.status)]
  assert.ok(told !== undefined, `${method} ${path}: ${answer.status} is not in the document`)
  const types = Object.keys(told.content ?? {})
  if (types.length === 0) return
  assert.ok(
    types.includes(type),
    `${method} ${path}: ${answer.status} as ${type}, the document has ${types.join(', ')}`,
  )
  const ref = told.content?.[type]?.schema.$ref
  if (ref !== undefined) await fits(ref.replace('#/components/schemas/', ''), answer)
}

export async function fits(schema: string, answer: Response): Promise<void> {
  const value: unknown = await answer.clone().json()
  assert.ok(
    ajv.validate({ $ref: `doc#/components/schemas/${schema}` }, value),
    `${schema}: ${ajv.errorsText()} in ${JSON.stringify(value)}`,
  )
}

export function compiles(schema: string): boolean {
  return typeof ajv.compile({ $ref: `doc#/components/schemas/${schema}` }) === 'function'
}
