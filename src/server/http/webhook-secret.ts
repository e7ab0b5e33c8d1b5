import { createHmac } from 'node:crypto'

// What a webhook signs with: derived from the server's key and the token's id, so that it is kept nowhere. The text is
// entered at GitHub as the secret, at GitLab as the secret token.
export function webhookSecret(serverKey: Buffer, tokenId: string): string {
  return secretBytes(serverKey, tokenId).toString('base64url')
}

// The same secret in the form that GitLab wants for a signing token (Standard Webhooks).
export function signingToken(serverKey: Buffer, tokenId: string): string {
  return `whsec_${secretBytes(serverKey, tokenId).toString('base64')}`
}

function secretBytes(serverKey: Buffer, tokenId: string): Buffer {
  return createHmac('sha256', serverKey).update(`webhook:${tokenId}`).digest()
}
