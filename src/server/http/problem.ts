import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

// Every way the doors refuse: its type is urn:flight:NAME and stays.
export const REFUSALS = {
  'bad-request': [400, 'That cannot be understood'],
  unauthorized: [401, 'Who asks is not known'],
  forbidden: [403, 'This token may not do that'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'Not with this method'],
  ended: [409, 'It has ended already'],
  'no-way-back': [409, 'There is no way back from it'],
  'too-large': [413, 'That is too large'],
  'unsupported-media-type': [415, 'Not in this form'],
  'key-reused': [422, 'The Idempotency-Key belongs to something else'],
  'too-many-attempts': [429, 'Too many wrong tokens'],
  'too-many-streams': [429, 'Too many streams'],
  'queue-full': [429, 'Too many wait'],
  bug: [500, 'Flight failed'],
  stopping: [503, 'The server stops'],
  busy: [503, 'The server is busy'],
  'definitions-wrong': [503, 'The definitions are wrong'],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>

export type RefusalName = keyof typeof REFUSALS
type Words = { detail: string; hint: string; headers?: Record<string, string> }

// The answer to what is refused (RFC 9457).
export function refusal(name: RefusalName, { detail, hint, headers = {} }: Words): Response {
  const [status, title] = REFUSALS[name]
  return new Response(`${JSON.stringify({ type: `urn:flight:${name}`, title, status, detail, hint })}\n`, {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}

export function refuse(name: RefusalName, words: Words): never {
  throw new HTTPException(REFUSALS[name][0], { res: refusal(name, words) })
}

// One answer for what is not there and for what belongs to somebody else.
export function refuseUnseen(): never {
  refuse('not-found', {
    detail: 'There is nothing here that you may see.',
    hint: 'Check the address, and which app your token is for.',
  })
}
