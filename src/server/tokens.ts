import { readServerKey } from './http/server-key.ts'
import { makeToken } from './http/tokens.ts'
import { signingToken, webhookSecret } from './http/webhook-secret.ts'
import { FlightError } from '../model/errors.ts'
import type { Store } from '../model/store.ts'
import { type Purpose, PURPOSES } from '../model/token.ts'
import { openStore } from './store/open-store.ts'
import { tokensText } from '../views/tokens-text.ts'
import type { Everywhere } from '../cli/everywhere/flags.ts'
import { print, printJson, tell } from '../cli/everywhere/output.ts'
import { shapeOf } from '../cli/everywhere/text-shape.ts'
import { readDefinitions } from '../operations/read-definitions.ts'
import { appNamed } from '../operations/scope.ts'
import { servePlaces } from './store/places.ts'

const DAY = 86_400_000

type Wanted = {
  purpose: Purpose | undefined
  app: string | undefined
  name: string | undefined
  days: number | undefined
}

// Makes a token and shows it: alone on stdout, so that it may be piped into a secret store.
export async function makeTokenFor(flags: Everywhere, { purpose, app, name, days }: Wanted): Promise<number> {
  if (purpose === undefined)
    throw usage(
      '--purpose',
      'is missing: what shall the token be for?',
      `one of ${PURPOSES.join(', ')}; flight serve:token --help tells what each may do`,
    )
  if (app === undefined && (purpose === 'release' || purpose === 'webhook'))
    throw usage('--app', `is missing: a token for ${purpose} is for one app`, 'for example --app shop')
  const { definitions } = await readDefinitions(flags)
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
  const signing = key === undefined ? {} : { signing_token: signingToken(key, token.id) }
  if (flags.json)
    printJson({ id: token.id, name: token.name, purpose, app: token.app, expires: token.expires, secret, ...signing })
  else {
    print(secret)
    tell(
      `${token.id} "${token.name}": for ${purpose}` +
        `${token.app === null ? ', every app' : ` of ${token.app}`}` +
        `${token.expires === null ? '' : `, until ${token.expires}`}. It is shown this once. ` +
        `To take it back: flight serve:token --revoke ${token.id}`,
    )
    if (key !== undefined)
      tell(
        `It goes to POST /v1/apps/${token.app}/webhook as GitHub's secret or GitLab's secret token; GitLab's ` +
          `signing token is ${signingToken(key, token.id)}`,
      )
  }
  return 0
}

export async function listTokens(flags: Everywhere): Promise<number> {
  const { definitions } = await readDefinitions(flags)
  const tokens = await withStore(definitions.settings.state, (store) => store.tokens())
  const known = tokens.map(({ id, name, purpose, app, created, expires, revoked }) => ({
    id,
    name,
    purpose,
    app,
    created,
    expires,
    revoked,
  }))
  if (flags.json) printJson({ tokens: known })
  else print(tokensText(known, new Date().toISOString(), shapeOf(process.stdout, flags)))
  return 0
}

export async function revokeToken(flags: Everywhere, id: string): Promise<number> {
  const { definitions } = await readDefinitions(flags)
  const isRevoked = await withStore(definitions.settings.state, (store) =>
    store.revokeToken(id, new Date().toISOString()),
  )
  if (!isRevoked)
    throw usage(
      '--revoke',
      `there is no token ${JSON.stringify(id.slice(0, 40))} that is not revoked already`,
      'flight serve:token --list shows their ids',
    )
  if (flags.json) printJson({ revoked: id })
  else tell(`${id} is revoked: it opens nothing any more.`)
  return 0
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
