import { FlightError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { type Purpose, PURPOSES, type Token } from '../model/token.ts'
import { readDefinitions } from '../operations/read-definitions.ts'
import { appNamed } from '../operations/scope.ts'
import { readServerKey } from './http/server-key.ts'
import { makeToken } from './http/tokens.ts'
import { signingToken, webhookSecret } from './http/webhook-secret.ts'
import { openStore } from './store/open-store.ts'
import { servePlaces } from './store/places.ts'

const DAY = 86_400_000

type From = { definitions: string | undefined }
type Wanted = {
  purpose: Purpose | undefined
  app: string | undefined
  name: string | undefined
  days: number | undefined
}
type KnownToken = Omit<Token, 'hash'>

// Makes a token. `secret` is what is shown this once; `signing` is GitLab's way to sign, of a webhook.
export async function makeTokenFor(
  from: From,
  { purpose, app, name, days }: Wanted,
): Promise<{ token: KnownToken; secret: string; signing: string | undefined }> {
  if (purpose === undefined)
    throw usage(
      '--purpose',
      'is missing: what shall the token be for?',
      `one of ${PURPOSES.join(', ')}; flight serve:token --help tells what each may do`,
    )
  if (app === undefined && (purpose === 'release' || purpose === 'webhook'))
    throw usage('--app', `is missing: a token for ${purpose} is for one app`, 'for example --app shop')
  const { definitions } = await readDefinitions(from)
  if (app !== undefined) appNamed(app, definitions)
  const called = name ?? [purpose, ...(app === undefined ? [] : [app])].join('-')
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,59}$/.test(called))
    throw usage(
      '--name',
      `must be letters, digits, spaces and . _ @ -, at most 60, is ${JSON.stringify(called.slice(0, 80))}`,
      'for example --name ci-shop',
    )
  const now = new Date()
  const { token, shown } = makeToken(
    {
      name: called,
      purpose,
      app: app ?? null,
      expires: days === undefined ? null : new Date(now.getTime() + days * DAY).toISOString(),
    },
    now,
  )
  const { state } = definitions.settings
  await withStore(state, (store) => store.addToken(token))
  const key = purpose === 'webhook' ? await readServerKey(servePlaces(state).key) : undefined
  const secret = key === undefined ? shown : webhookSecret(key, token.id)
  return { token: withoutHash(token), secret, signing: key === undefined ? undefined : signingToken(key, token.id) }
}

// All of them, never a secret.
export async function listTokens(from: From): Promise<KnownToken[]> {
  const { definitions } = await readDefinitions(from)
  const tokens = await withStore(definitions.settings.state, (store) => store.tokens())
  return tokens.map(withoutHash)
}

// From now on it opens nothing; FLIGHT_USAGE where there is none of that id.
export async function revokeToken(from: From, id: string): Promise<void> {
  const { definitions } = await readDefinitions(from)
  const isRevoked = await withStore(definitions.settings.state, (store) =>
    store.revokeToken(id, new Date().toISOString()),
  )
  if (!isRevoked)
    throw usage(
      '--revoke',
      `there is no token ${JSON.stringify(id.slice(0, 40))} that is not revoked already`,
      'flight serve:token --list shows their ids',
    )
}

function withoutHash({ id, name, purpose, app, created, expires, revoked }: Token): KnownToken {
  return { id, name, purpose, app, created, expires, revoked }
}

async function withStore<T>(state: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(servePlaces(state).store)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

function usage(where: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_USAGE', where, what, hint })
}
