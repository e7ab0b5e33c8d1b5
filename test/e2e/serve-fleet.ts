import { type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Repository, repository, temporary } from '../artifacts/repository.ts'
import { startFlight } from '../cli/flight-process.ts'
import { type LabHost } from '../lab/host.ts'
import { sharedLab } from '../lab/shared.ts'
import { desk, type Desk } from './desk.ts'
import { cluster, provisioned } from './fleet.ts'

// Three servers, small apps on some of them each, and the deployment server beside them.

export type ServedApp = { name: string; repo: Repository; on: readonly string[]; token: string }
export type ServeFleet = {
  at: Desk
  hosts: readonly [LabHost, LabHost, LabHost]
  apps: readonly ServedApp[]
  sshConfig: string
  port: number
}

// What a release request came to, as GET /v1/releases/ID shows it.
export type Shown = {
  id: number
  app: string
  state: string
  commit: string | null
  release: string | null
  attempts: number
  supersededBy: number | null
  end: { exit: number; said: string } | null
}

export type Served = { process: ChildProcess; url: string; said(): string; stopped: Promise<number | null> }

const SETS = [['web-1'], ['web-2'], ['web-3'], ['web-1', 'web-2', 'web-3'], ['web-2', 'web-3']] as const

// A worker stays: FPM forgets a request that comes while it ends an idle one (docs/decisions/0025). Every app counts on
// each server how often it was made ready and how often it went live, release by release.
const definition = ({ name, repo, on }: Omit<ServedApp, 'token'>) => `repo: ${repo.path}
php: 8.2
cluster: web
domain: ${name}.example.com
health_check: { path: /, timeout: 300, retries: 1 }
request_duration: 600
linked_dirs: [ storage/logs ]
linked_files: []
keep_releases: 50
release_commands: [ "echo $(basename $PWD) >>storage/logs/prepared" ]
after_commands: [ "echo $(basename $PWD) >>storage/logs/after" ]
servers:
${on.map((server) => `  - { name: ${server}, web: { pm: static, max_workers: 2 } }\n`).join('')}`

// The fleet with so many apps configured and no release of any yet. `settings`: lines below `serve:` of flight.yml.
export async function serveFleet(count: number, settings: readonly string[] = []): Promise<ServeFleet> {
  const hosts = await provisioned('web-1', 'web-2', 'web-3')
  const folder = temporary('flight-serve-')
  const apps = Array.from({ length: count }, (_, index): Omit<ServedApp, 'token'> => {
    const name = `app${String(index + 1).padStart(2, '0')}`
    const repo = repository(join(folder, name))
    repo.commit('First', {
      'public/index.php': "<?php echo 'release ', basename(dirname(__DIR__));\n",
      'storage/logs/.gitignore': '*\n',
    })
    return { name, repo, on: SETS[index % SETS.length] as readonly string[] }
  })
  const port = await freePort()
  const at = await desk({
    'flight.yml':
      'state: state\nserve:\n' + [`listen: 127.0.0.1:${port}`, ...settings].map((line) => `  ${line}\n`).join(''),
    'clusters/web.yml': cluster(hosts),
    ...Object.fromEntries(apps.map((app) => [`apps/${app.name}.yml`, definition(app)])),
  })
  await at.expect(0, 'plan')
  await at.expect(0, 'apply', 'plan.json')
  const withTokens: ServedApp[] = []
  for (const app of apps)
    withTokens.push({
      ...app,
      token: (
        await at.expect(0, 'serve:token', '--app', app.name, '--purpose', 'release', '--name', `ci-${app.name}`)
      ).stdout.trim(),
    })
  return { at, hosts, apps: withTokens, sshConfig: (await sharedLab()).places.sshConfig, port }
}

// Starts the deployment server and waits until it listens.
export async function startServe(
  { at, sshConfig, port }: Pick<ServeFleet, 'at' | 'sshConfig' | 'port'>,
  ...words: readonly string[]
): Promise<Served> {
  const child = startFlight(['serve', ...words], {
    cwd: at.folder,
    env: { HOME: at.folder, FLIGHT_SSH_CONFIG: sshConfig },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const stopped = new Promise<number | null>((resolve) => child.once('close', resolve))
  const url = `http://127.0.0.1:${port}`
  while (child.exitCode === null && child.signalCode === null) {
    if (
      await fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return { process: child, url, said: () => said, stopped }
    await sleep(50)
  }
  throw new Error(`flight serve did not begin to listen:\n${said}`)
}

// One request to the API with an app's token.
export async function call(
  fleet: Pick<ServeFleet, 'port'>,
  app: Pick<ServedApp, 'token'>,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: unknown; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${fleet.port}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${app.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    text,
    json: /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined,
  }
}

// Asks for a release; gives its id.
export async function ask(
  fleet: ServeFleet,
  app: ServedApp,
  commit: string,
  more: object = {},
  headers: Record<string, string> = {},
): Promise<number> {
  const { status, json, text } = await call(
    fleet,
    app,
    'POST',
    `/v1/apps/${app.name}/releases`,
    { commit, ...more },
    headers,
  )
  if (status !== 202) throw new Error(`${app.name} ${commit}: ${status} ${text}`)
  return (json as Shown).id
}

// Bounds what hangs.
const LONGEST = 20

// Waits until a request has ended, across restarts of the server.
export async function ended(fleet: ServeFleet, app: ServedApp, id: number): Promise<Shown> {
  const until = Date.now() + LONGEST * 60_000
  for (;;) {
    const shown = await call(fleet, app, 'GET', `/v1/releases/${id}?wait=5`).then(
      ({ status, json }) => (status === 200 ? (json as Shown) : undefined),
      () => undefined,
    )
    if (shown !== undefined && !['waiting', 'running'].includes(shown.state)) return shown
    if (Date.now() > until)
      throw new Error(`request ${id} of ${app.name} has not ended in ${LONGEST} minutes: ${JSON.stringify(shown)}`)
    if (shown === undefined) await sleep(200)
  }
}

// What a request has come to so far.
export async function shownNow(fleet: ServeFleet, app: ServedApp, id: number): Promise<Shown> {
  return (await call(fleet, app, 'GET', `/v1/releases/${id}`)).json as Shown
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
