import { nearest } from '../../schema/nearest.ts'
import type { DoorContext } from './door-options.ts'
import { refuse } from './problem.ts'

export const BODY_LIMIT = 64 * 1024

// The bytes of a request's body, refused as soon as they are too many.
export async function readBytes(c: DoorContext, limit: number): Promise<Buffer> {
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
  for (;;) {
    const { done, value } = await reader
      .read()
      .catch(() => refuse('bad-request', { detail: 'The body ended before it was whole.', hint: 'Send it again.' }))
    if (done) break
    length += value.length
    if (length > limit) {
      void reader.cancel().catch(() => undefined) // the connection is closed anyway
      tooLarge()
    }
    chunks.push(value)
  }
  return Buffer.concat(chunks)
}

// The body as a flat JSON object with no keys but these; without a body an empty one.
export async function readFlatObject(
  c: DoorContext,
  keys: readonly string[],
): Promise<Record<string, string | number | boolean | null>> {
  const type = c.req.header('content-type')
  const bytes = await readBytes(c, BODY_LIMIT)
  if (bytes.length === 0) return {}
  needJson(type)
  return flatObject(bytes, keys)
}

export function needJson(type: string | undefined): void {
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(type ?? ''))
    refuse('unsupported-media-type', {
      detail: 'Only JSON is read here.',
      hint: 'Send the header Content-Type: application/json.',
    })
}

function flatObject(bytes: Buffer, keys: readonly string[]): Record<string, string | number | boolean | null> {
  const { text, value } = parsed(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return badBody('The body is not a JSON object.', `Send an object with ${keys.join(', ')}.`)
  let strings = 0
  for (const [key, member] of Object.entries(value)) {
    if (!keys.includes(key)) {
      const meant = nearest(key, keys)
      badBody(
        'The body has a key that is not known here.',
        meant === undefined ? `Known are ${keys.join(', ')}.` : `Did you mean ${meant}?`,
      )
    }
    if (typeof member === 'object' && member !== null)
      badBody(`${key} is neither a text, a number, true, false nor null.`, 'Send it flat.')
    strings += typeof member === 'string' ? 2 : 1
  }
  if ((text.match(/"(?:[^"\\]|\\.)*"/g) ?? []).length !== strings)
    badBody('The body has a key twice.', 'Send each once.')
  return value as Record<string, string | number | boolean | null>
}

function parsed(bytes: Buffer): { text: string; value: unknown } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text, value: JSON.parse(text) }
  } catch {
    return badBody('The body is not JSON in UTF-8.', 'Check its quotes and commas.')
  }
}

export function badBody(detail: string, hint: string): never {
  refuse('bad-request', { detail, hint })
}
