import api from '../../../schemas/api.json' with { type: 'json' }
import webhooks from '../../../schemas/webhooks.json' with { type: 'json' }
import { ENDED_STATES, REQUEST_STATES } from '../../model/request.ts'
import { REFUSALS } from './problem.ts'

const text = { type: 'string' } as const
const time = { type: 'string', format: 'date-time' } as const
const orNull = (schema: Record<string, unknown>) => ({ anyOf: [schema, { type: 'null' }] })
const list = (items: Record<string, unknown>) => ({ type: 'array', items })
const id = { type: 'integer', minimum: 1 } as const

// An object with exactly these members.
function whole(properties: Record<string, unknown>, optional: readonly string[] = []): Record<string, unknown> {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties).filter((key) => !optional.includes(key)),
    properties,
  }
}

const Problem = whole(
  { code: text, where: text, what: text, hint: text, server: text, address: text, cause: whole({ server: text }) },
  ['hint', 'server', 'address', 'cause'],
)
const End = whole({ exit: { type: 'integer' }, said: text, problems: list({ $ref: '#/components/schemas/Problem' }) })
const common = {
  id,
  url: text,
  app: text,
  by: text,
  state: { enum: REQUEST_STATES },
  asked: time,
  notBefore: orNull(time),
  attempts: { type: 'integer', minimum: 0 },
  cancelled: orNull(text),
  began: orNull(time),
  ended: orNull(time),
  release: orNull(text),
  end: orNull({ $ref: '#/components/schemas/End' }),
  supersededBy: orNull(id),
}
const commit = { type: 'string', pattern: '^[0-9a-f]{40}$' }

// The components of the OpenAPI document: what is sent by schemas/*.json, what is answered by the model.
export const SCHEMAS = {
  Problem,
  End,
  Release: {
    oneOf: [
      whole({ ...common, does: { const: 'release' }, commit, ref: orNull(text), older: { type: 'boolean' } }),
      whole({ ...common, does: { const: 'rollback' }, leaving: id, to: orNull(text) }),
    ],
  },
  Releases: whole({ releases: list({ $ref: '#/components/schemas/Release' }), next: orNull(text) }),
  ReleaseBody: api.$defs.ReleaseBody,
  RollbackBody: api.$defs.RollbackBody,
  CancelBody: api.$defs.CancelBody,
  ...webhooks.$defs,
  Nothing: whole({ released: { const: false }, why: text }),
  App: whole({
    name: text,
    cluster: text,
    servers: list(text),
    live: list(
      whole({ release: text, commit: text, subject: text, since: orNull(time), by: text, servers: list(text) }),
    ),
    health: { enum: ['ok', 'differs', 'silent', 'unhealthy', 'none live', 'unknown'] },
    why: text,
    releases: text,
  }),
  Apps: whole({ apps: list({ $ref: '#/components/schemas/App' }), lookedAt: orNull(time) }),
  Pong: whole({
    ok: { const: true },
    name: text,
    purpose: { enum: ['release', 'read', 'ping'] },
    app: orNull(text),
    expires: orNull(time),
  }),
  Event: {
    ...whole({
      n: id,
      at: time,
      told: { type: 'object', required: ['event'], properties: { event: text, state: { enum: ENDED_STATES } } },
    }),
    description: 'the data of one server-sent event',
  },
  Refusal: whole({
    type: { enum: Object.keys(REFUSALS).map((name) => `urn:flight:${name}`) },
    title: text,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: text,
    hint: text,
  }),
}
