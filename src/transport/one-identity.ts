import ssh2, { type IdentityCallback, type SignCallback, type SigningRequestOptions } from 'ssh2'
import type { Identity } from './identities.ts'

// Shows ssh2 one identity as if it were an agent with one key: the public key is offered, the private one is only
// touched when the server wants it.
export class OneIdentity extends ssh2.BaseAgent<Buffer> {
  readonly #publicKey: Buffer
  readonly #sign: Identity['sign']

  constructor(publicKey: Buffer, sign: Identity['sign']) {
    super()
    this.#publicKey = publicKey
    this.#sign = sign
  }

  getIdentities(give: IdentityCallback<Buffer>): void {
    give(undefined, [this.#publicKey])
  }

  sign(_key: Buffer, data: Buffer, options: SigningRequestOptions | SignCallback, give?: SignCallback): void {
    const answer = typeof options === 'function' ? options : give
    const hash = typeof options === 'function' ? undefined : options.hash
    this.#sign(data, hash).then(
      (signature) => answer?.(undefined, signature),
      (error: unknown) => answer?.(error instanceof Error ? error : new Error(String(error))),
    )
  }
}
