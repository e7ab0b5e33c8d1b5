import { getCookie } from 'hono/cookie'
import type { DoorContext, Doorkeeper } from './door-options.ts'
import { refuse, refuseUnseen } from './problem.ts'
import { type Asker, type Deed, mayDo, nameOf, seesApp } from './rights.ts'
import { checkToken, tokenId } from './tokens.ts'

export const COOKIE = 'flight_token'

// Who asks, where they may do that at all; refuses otherwise. With `app` it must be one that they may know of.
export async function needAsker(c: DoorContext, keeper: Doorkeeper, deed: Deed, app?: string): Promise<Asker> {
  const asker = await askerOf(c, keeper, deed === 'ask')
  if (asker === undefined) return refuseUnknown()
  c.set('who', nameOf(asker))
  if (!mayDo(asker, deed)) {
    const purpose = asker.is === 'token' ? asker.token.purpose : 'loopback'
    return refuse('forbidden', {
      detail: asker.is === 'token' ? `A token for ${purpose} may not do that.` : 'That needs a token, here too.',
      hint: `Make one that may: flight serve:token ${deed === 'ask' ? '--purpose release' : '--purpose read'}`,
    })
  }
  if (app !== undefined && !seesApp(asker, app)) return refuseUnseen()
  return asker
}

// The bearer of a token; where nothing is asked for but to look,
// the bearer of a cookie, or whoever sits at this machine.
async function askerOf(c: DoorContext, keeper: Doorkeeper, isWrite: boolean): Promise<Asker | undefined> {
  const header = c.req.header('authorization')
  if (header !== undefined) return bearer(c, keeper, /^Bearer +(\S+)$/i.exec(header)?.[1] ?? '')
  if (isWrite || (c.req.method !== 'GET' && c.req.method !== 'HEAD')) return undefined
  return lookerOf(c, keeper)
}

// Who looks, by cookie or from this machine.
export async function lookerOf(c: DoorContext, keeper: Doorkeeper): Promise<Asker | undefined> {
  const cookie = getCookie(c, COOKIE)
  const asker = cookie === undefined ? undefined : await bearer(c, keeper, cookie)
  if (asker?.is === 'token' && asker.token.purpose === 'read') return asker
  return c.var.origin.isHere ? { is: 'loopback' } : undefined
}

// Refused while this address has guessed too often at this token, or
// at tokens that are not there; what is merely over does not count.
export async function bearer(c: DoorContext, keeper: Doorkeeper, shown: string): Promise<Asker | undefined> {
  const guess = await guessOf(c, keeper, shown)
  refuseWhileHeld(keeper, guess)
  const found = await checkToken(keeper.desk.store, shown, keeper.now())
  if (found === undefined) keeper.attempts.failed(guess)
  if (found?.is === 'over') c.set('who', `${found.token.name} (over)`)
  if (found?.is !== 'good') return undefined
  c.set('token', found.token.id)
  return { is: 'token', token: found.token }
}

// What is guessed at: a token that is there, by this address, or any other. Whoever guesses shuts out nobody else who
// asks from the same address, as runners and the hosts of repositories do.
async function guessOf(c: DoorContext, { desk }: Doorkeeper, shown: string): Promise<string> {
  const id = tokenId(shown)
  const isKnown = id !== undefined && (await desk.store.token(id)) !== undefined
  return isKnown ? `${c.var.origin.group} ${id}` : c.var.origin.group
}

// Nothing more is looked at of what was guessed too often.
export function refuseWhileHeld({ attempts }: Pick<Doorkeeper, 'attempts'>, guess: string): void {
  const seconds = attempts.heldFor(guess)
  if (seconds > 0)
    refuse('too-many-attempts', {
      detail: `Too many wrong tokens came from your address; in ${seconds} s the next is looked at.`,
      hint: 'Check the token that your pipeline sends.',
      headers: { 'retry-after': String(seconds) },
    })
}

export function refuseUnknown(): never {
  refuse('unauthorized', {
    detail: 'A valid token is missing.',
    hint: 'Send the header Authorization: Bearer flight_… with a token of flight serve:token.',
    headers: { 'www-authenticate': 'Bearer realm="flight"' },
  })
}
