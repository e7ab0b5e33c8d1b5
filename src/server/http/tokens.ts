import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { Store } from '../../model/store.ts'
import type { Purpose, Token } from '../../model/token.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const SHOWN = /^flight_([A-Za-z0-9]{12})_([A-Za-z0-9]{48})$/
const NOTHING = Buffer.alloc(32)

// A new token, and what is shown of it this once. A webhook's shows nothing: its secret is derived (webhookSecret).
export function makeToken(
  wanted: { name: string; purpose: Purpose; app: string | null; expires: string | null },
  now: Date,
): { token: Token; shown: string } {
  const id = Array.from({ length: 12 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  const secret = randomBytes(24).toString('hex')
  const hash = wanted.purpose === 'webhook' ? '' : digestOf(secret).toString('hex')
  const token: Token = { id, ...wanted, hash, created: now.toISOString(), revoked: null }
  return { token, shown: wanted.purpose === 'webhook' ? '' : `flight_${id}_${secret}` }
}

// The id in what is shown, where it has the form of a token.
export function tokenId(shown: string): string | undefined {
  return SHOWN.exec(shown)?.[1]
}

// Whose token this is. `over`: it was right once, and is expired
// or revoked. Takes the same work whether the id is known or not.
export async function checkToken(
  store: Pick<Store, 'token'>,
  shown: string,
  now: Date,
): Promise<{ is: 'good' | 'over'; token: Token } | undefined> {
  const [, id = '', secret = ''] = SHOWN.exec(shown) ?? []
  const token = await store.token(id === '' ? '000000000000' : id)
  const kept = token === undefined || token.purpose === 'webhook' ? NOTHING : Buffer.from(token.hash, 'hex')
  const isRight = timingSafeEqual(digestOf(secret), kept.length === NOTHING.length ? kept : NOTHING)
  if (!isRight || token === undefined || id === '') return undefined
  return { is: isOver(token, now) ? 'over' : 'good', token }
}

// Expired or revoked.
export function isOver(token: Token, now: Date): boolean {
  return token.revoked !== null || (token.expires !== null && Date.parse(token.expires) <= now.getTime())
}

// The text without anything that is, or looks like, a token or another long secret.
export function withoutTokens(text: string): string {
  return text
    .replace(/flight(?:_|%5f|%255f)[A-Za-z0-9]+(?:_|%5f|%255f)[A-Za-z0-9_-]*/gi, 'flight_…')
    .replace(/[A-Za-z0-9_+-]{41,}/g, '…')
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
