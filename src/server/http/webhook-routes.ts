import type { Hono } from 'hono'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Token } from '../../model/token.ts'
import { refuseWhileHeld } from './asker.ts'
import { needJson, objectIn, readBytes } from './body.ts'
import { badRequest } from './checked.ts'
import type { DoorContext, DoorEnv, Doorkeeper } from './door-options.ts'
import { meaningOnGithub } from './github.ts'
import { meaningOnGitlab } from './gitlab.ts'
import { refuse } from './problem.ts'
import { accept } from './release-routes.ts'
import { refuseWhileStopping, servedApps } from './served-app.ts'
import { isOver } from './tokens.ts'
import { signingToken, webhookSecret } from './webhook-secret.ts'

const LARGEST = 5 * 1024 * 1024
const MOST_TOKENS = 8

// Where GitHub and GitLab tell what happened to a repository.
export function addWebhookRoutes(app: Hono<DoorEnv>, keeper: Doorkeeper): void {
  const { desk, serverKey } = keeper

  app.post('/v1/apps/:app/webhook', async (c) => {
    const name = c.req.param('app')
    const served = (await servedApps(desk)).find((each) => each.name === name)
    const tokens = served === undefined ? [] : await webhookTokens(keeper, name)
    if (served === undefined || tokens.length === 0 || !isSigned(c)) return refuseUnsigned(c, keeper)
    const body = await readBytes(c, LARGEST, keeper.bodies)
    const proof = proofOf((header) => c.req.header(header), body, keeper.now())
    const signers = proof === undefined ? [] : tokens.filter(({ id }) => proof(serverKey, id))
    const [signer] = signers
    if (signer === undefined) return refuseUnsigned(c, keeper)
    const by = `webhook ${signer.name}`
    c.set('who', by)
    needJson(c.req.header('content-type'))
    const [github, gitlab] = [c.req.header('x-github-event'), c.req.header('x-gitlab-event')]
    const payload = objectIn(body.toString('utf8'), 'Choose the content type application/json for the webhook.')
    const meaning =
      github !== undefined
        ? meaningOnGithub(github, payload, served)
        : gitlab !== undefined
          ? meaningOnGitlab(gitlab, payload, served)
          : undefined
    if (meaning === undefined)
      return badRequest(
        'Neither GitHub nor GitLab sends this.',
        'Send releases to /v1/apps/APP/releases with a token instead.',
      )
    if (meaning.is === 'nothing') return c.json({ released: false, why: meaning.why })
    refuseWhileStopping(desk)
    const ref = served.releaseOn === undefined ? null : `refs/heads/${served.releaseOn.branch}`
    return accept(c, keeper, {
      app: name,
      wish: { does: 'release', commit: meaning.commit, ref, older: false },
      key: deliveryKey(c),
      by,
    })
  })
}

// Those that may sign for the app, the newest first.
async function webhookTokens({ desk, now }: Doorkeeper, app: string): Promise<Token[]> {
  const tokens = await desk.store.tokens()
  return tokens
    .filter((token) => token.purpose === 'webhook' && token.app === app && !isOver(token, now()))
    .reverse()
    .slice(0, MOST_TOKENS)
}

// The same delivery, sent again, is the same release.
function deliveryKey(c: DoorContext): string | null {
  const signed = c.req.header('webhook-signature') === undefined ? undefined : c.req.header('webhook-id')
  const [host, id] =
    c.req.header('x-github-event') !== undefined
      ? ['github', c.req.header('x-github-delivery')]
      : ['gitlab', signed ?? c.req.header('idempotency-key') ?? c.req.header('x-gitlab-event-uuid')]
  return id !== undefined && /^[\x21-\x7e]{1,200}$/.test(id) ? `${host}:${id}` : null
}

// Looked at before the body is read.
function isSigned(c: DoorContext): boolean {
  return ['x-hub-signature-256', 'webhook-signature', 'x-gitlab-token'].some((name) => c.req.header(name) !== undefined)
}

// The same for an app that is not there, one without a webhook, and a wrong signature.
// A right one is never refused because of wrong ones from the same address: many
// repositories tell from there, and a secret of 256 bits is not guessed.
function refuseUnsigned(c: DoorContext, keeper: Doorkeeper): never {
  const guess = `${c.var.origin.group} webhook`
  refuseWhileHeld(keeper, guess)
  keeper.attempts.failed(guess)
  refuse('unauthorized', {
    detail: 'The event is not signed with the secret of a webhook of this app.',
    hint: 'Enter the secret that flight serve:token --purpose webhook shows; content type application/json.',
  })
}

type Header = (name: string) => string | undefined
type Proof = (serverKey: Buffer, tokenId: string) => boolean

const WINDOW = 300 // seconds that a signed time may differ

// Gives what tells whether a delivery is signed with a token's secret; undefined where it is not signed at all. Where
// there is a signature it decides: a token beside it saves nothing.
function proofOf(header: Header, body: Buffer, now: Date): Proof | undefined {
  const github = header('x-hub-signature-256')
  if (header('x-github-event') !== undefined) {
    return github === undefined
      ? undefined
      : (key, id) => isSame(github, `sha256=${createHmac('sha256', webhookSecret(key, id)).update(body).digest('hex')}`)
  }
  const signatures = header('webhook-signature')
  if (signatures !== undefined) return signed(signatures, header, body, now)
  const token = header('x-gitlab-token')
  return token === undefined ? undefined : (key, id) => isSame(token, webhookSecret(key, id))
}

// Standard Webhooks: v1,BASE64 of ID.TIME.BODY, several of them while a secret is changed.
function signed(signatures: string, header: Header, body: Buffer, now: Date): Proof {
  const id = header('webhook-id') ?? ''
  const time = header('webhook-timestamp') ?? ''
  const isTimely = /^\d{1,12}$/.test(time) && Math.abs(now.getTime() / 1000 - Number(time)) <= WINDOW
  return (key, tokenId) => {
    const secret = Buffer.from(signingToken(key, tokenId).slice('whsec_'.length), 'base64')
    const right = `v1,${createHmac('sha256', secret).update(`${id}.${time}.`).update(body).digest('base64')}`
    const isRight =
      signatures
        .split(' ')
        .slice(0, 8)
        .filter((each) => isSame(each, right)).length > 0
    return isRight && isTimely && id !== ''
  }
}

// In the same time wherever they differ, and however long they are.
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
