import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { signingToken, webhookSecret } from './webhook-secret.ts'

type Header = (name: string) => string | undefined
type Proof = (serverKey: Buffer, tokenId: string) => boolean

const WINDOW = 300 // seconds that a signed time may differ

// Gives what tells whether a delivery is signed with a token's secret; undefined where it is not signed at all. Where
// there is a signature it decides: a token beside it saves nothing.
export function proofOf(header: Header, body: Buffer, now: Date): Proof | undefined {
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
