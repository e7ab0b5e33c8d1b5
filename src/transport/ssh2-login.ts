import ssh2, { type Client, type IdentityCallback, type SignCallback, type SigningRequestOptions } from 'ssh2'
import type { Duplex } from 'node:stream'
import type { FlightError } from '../model/errors.ts'
import { interrupted, noAnswerInTime, notLetIn, reasonOf, unreachable } from './failures.ts'
import { hostKeyAlgorithms, type HostKeys, hostKeyRefusal } from './host-keys.ts'
import { identitiesFor, type Identity } from './identities.ts'
import type { KeyFiles } from './key-files.ts'
import { fingerprint } from './known-hosts.ts'
import { HungUpEarly } from './retry.ts'
import type { Route } from './route.ts'

type Login = {
  route: Route
  socket: Duplex // connected
  hostKeys: HostKeys
  keyFiles: KeyFiles
  via: string | undefined // the jump host, in messages
  signal: AbortSignal | undefined
}

export type LoggedIn = { client: Client; hostKey: string }

// Proves the server's host key, then logs in with the first identity that it takes.
export function logIn(login: Login): Promise<LoggedIn> {
  const { route, socket, hostKeys, via, signal } = login
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const deadline = startDeadline(route.connectTimeout)
    const offered: string[] = []
    let hostKey = ''
    let refused: FlightError | undefined
    let settled = false
    const settle = (act: () => void): void => {
      if (settled) return
      settled = true
      deadline.stop()
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const fail = (error: Error): void =>
      settle(() => {
        reject(refused ?? error)
        client.destroy()
        socket.destroy()
      })
    const hungUp = (reason: string): void => {
      if (hostKey === '') fail(new HungUpEarly(unreachable(route, reason, via)))
      else fail(notLetIn(route, offered, 'the server hung up'))
    }
    const onAbort = (): void => fail(interrupted(route.server))

    signal?.addEventListener('abort', onAbort)
    void deadline.passed.then(() => fail(noAnswerInTime(route, 'finish the SSH handshake', route.connectTimeout, via)))
    client.on('ready', () => settle(() => resolve({ client, hostKey })))
    client.on('close', () => hungUp('ECONNRESET'))
    // Stays for the life of the client: an error without a listener would end the process.
    client.on('error', (error) => {
      if (error.level === 'agent') return // ssh2 goes on with the next identity by itself
      if (error.level === 'client-socket') hungUp(reasonOf(error))
      else if (error.level === 'client-authentication') fail(notLetIn(route, offered, undefined))
      else if (offered.length > 0) fail(notLetIn(route, offered, error.message))
      else if (error.message === 'Connection lost before handshake') hungUp('ECONNRESET')
      else fail(unreachable(route, error.message, via))
    })
    client.connect({
      sock: socket,
      username: route.user,
      readyTimeout: 0, // our own deadline stands still while a person types
      keepaliveInterval: 0, // watchPeer does it
      algorithms: { serverHostKey: hostKeyAlgorithms(hostKeys) },
      hostVerifier: (blob: Buffer): boolean => {
        refused = hostKeyRefusal(route, hostKeys, blob)
        if (refused === undefined) hostKey = fingerprint(blob)
        return refused === undefined
      },
      authHandler: offerIdentities(
        login,
        offered,
        (work) => deadline.pauseDuring(work),
        () => settled,
      ),
    })
    if (signal?.aborted === true) onAbort()
  })
}

// ssh2's authHandler: one identity after the other, each announced before it is used.
function offerIdentities(
  { route, keyFiles }: Login,
  offered: string[],
  pause: <T>(work: Promise<T>) => Promise<T>,
  isOver: () => boolean,
): ssh2.AuthHandlerMiddleware {
  const identities = identitiesFor(route, keyFiles)
  const nextMethod = async (left: readonly string[] | null): Promise<ssh2.AnyAuthMethod | undefined> => {
    if (left !== null && !left.includes('publickey')) return undefined
    const next = await pause(identities.next())
    if (next.done === true) return undefined
    const { label, publicKey, sign } = next.value
    const place = offered.push(label) - 1
    const agent = new OneIdentity(publicKey, (data, hash) =>
      pause(sign(data, hash)).catch((error: unknown) => {
        offered[place] = `${label}, which ${error instanceof Error ? error.message : String(error)}`
        throw error
      }),
    )
    return { type: 'agent', username: route.user, agent }
  }
  return (left: readonly string[] | null, _partial: boolean, next: (method: ssh2.AnyAuthMethod) => void): void => {
    const stop = (): void => next(false as unknown as ssh2.AnyAuthMethod) // the types forget that false ends it
    void nextMethod(left)
      .catch(() => undefined)
      .then((method) => {
        if (isOver()) return
        if (method === undefined) stop()
        else next(method)
      })
  }
}

// Shows ssh2 one identity as if it were an agent with one key: the public key is offered, the private one is only
// touched when the server wants it.
class OneIdentity extends ssh2.BaseAgent<Buffer> {
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

// A clock that can be stopped while a person types a passphrase.
type Deadline = {
  passed: Promise<void> // resolves when the time is up, never otherwise
  pauseDuring<T>(work: Promise<T>): Promise<T>
  stop(): void
}

function startDeadline(milliseconds: number): Deadline {
  let timer: NodeJS.Timeout | undefined
  let ring: () => void = () => undefined
  const passed = new Promise<void>((resolve) => {
    ring = resolve
  })
  let left = milliseconds
  let since = 0
  let paused = 0
  let stopped = false
  const run = (): void => {
    since = Date.now()
    if (!stopped) timer = setTimeout(ring, left)
  }
  run()
  return {
    passed,
    pauseDuring: async (work) => {
      if (paused === 0) {
        clearTimeout(timer)
        left = Math.max(0, left - (Date.now() - since))
      }
      paused += 1
      try {
        return await work
      } finally {
        paused -= 1
        if (paused === 0) run()
      }
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
