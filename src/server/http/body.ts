import { onOneLine } from '../../model/printable.ts'
import type { Validator } from '../../schema/violation.ts'
import { badRequest, checked } from './checked.ts'
import type { DoorContext } from './door-options.ts'
import { refuse } from './problem.ts'
import type { Rooms } from './rooms.ts'
import { withoutTokens } from './tokens.ts'

export const BODY_LIMIT = 64 * 1024

// The bytes of a request's body, refused as soon as they are too many. `rooms`: where whoever sends has shown nothing
// yet, and makes room for others when he is slow.
export async function readBytes(c: DoorContext, limit: number, rooms?: Rooms): Promise<Buffer> {
  const tooLarge = () =>
    refuse('too-large', {
      detail: `A body may have ${limit / 1024} KB here.`,
      hint: 'Send less.',
      headers: { connection: 'close' },
    })
  const encoding = c.req.header('content-encoding')
  if (encoding !== undefined && encoding !== 'identity')
    refuse('unsupported-media-type', {
      detail: 'A compressed body is not read.',
      hint: 'Send it as it is, without Content-Encoding.',
    })
  if (Number(c.req.header('content-length') ?? 0) > limit) tooLarge()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = c.req.raw.body?.getReader()
  if (reader === undefined) return Buffer.alloc(0)
  const cancel = () => void reader.cancel().catch(() => undefined) // the connection is closed anyway
  let isDropped = false
  const room = rooms?.enter(() => {
    isDropped = true
    cancel()
  })
  if (rooms !== undefined && room === undefined) return tooMany()
  try {
    for (;;) {
      const { done, value } = await reader
        .read()
        .catch(() => refuse('bad-request', { detail: 'The body ended before it was whole.', hint: 'Send it again.' }))
      if (isDropped) return tooMany()
      if (done) break
      length += value.length
      if (length > limit) {
        cancel()
        tooLarge()
      }
      chunks.push(value)
      room?.took(value.length)
    }
  } finally {
    room?.leave()
  }
  return Buffer.concat(chunks)
}

function tooMany(): never {
  return refuse('busy', {
    detail: 'The server is receiving too much at once, and this request was too slow.',
    hint: 'Send it again in a few seconds.',
    headers: { connection: 'close', 'retry-after': '5' },
  })
}

// The body as the flat JSON object that its schema describes; without a body an empty one.
export async function readBody<T>(c: DoorContext, validator: Validator<T>): Promise<T> {
  const type = c.req.header('content-type')
  const bytes = await readBytes(c, BODY_LIMIT)
  if (bytes.length > 0) needJson(type)
  const text = bytes.length === 0 ? '{}' : textOf(bytes)
  const sent = objectIn(text, 'Check its quotes and commas.')
  const body = checked(validator, sent, 'The body')
  refuseTwice(text, sent)
  return body
}

// Refuses whatever does not call itself JSON.
export function needJson(type: string | undefined): void {
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(type ?? ''))
    refuse('unsupported-media-type', {
      detail: 'Only JSON is read here.',
      hint: 'Send the header Content-Type: application/json.',
    })
}

// Of a key that stands there twice JSON.parse keeps only the last, and no schema can tell.
function refuseTwice(text: string, flat: object): void {
  const strings = Object.values(flat).reduce((sum: number, member) => sum + (typeof member === 'string' ? 2 : 1), 0)
  if ((text.match(/"(?:[^"\\]|\\.)*"/g) ?? []).length !== strings)
    badRequest('The body has a key twice.', 'Send each once.')
}

// The JSON object in a text; `hint` says what else to send.
export function objectIn(text: string, hint: string): object {
  const value = valueIn(text, hint)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  return badRequest('The body is not a JSON object.', hint)
}

function valueIn(text: string, hint: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    return badRequest(
      `The body is not JSON: ${withoutTokens(onOneLine((error as Error).message)).slice(0, 200)}.`,
      hint,
    )
  }
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return badRequest('The body is not JSON in UTF-8.', 'Check how it is encoded.')
  }
}
