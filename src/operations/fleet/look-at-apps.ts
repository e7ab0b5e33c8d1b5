import pLimit from 'p-limit'
import { healthOf } from '../../features/app-health.ts'
import type { App, Definitions } from '../../model/definitions.ts'
import { FlightError, type Problem } from '../../model/errors.ts'
import type { ReleasesFact } from '../../model/fact.ts'
import type { FleetApp, LiveRelease } from '../../model/fleet.ts'
import type { Host, StepContext } from '../../model/host.ts'
import type { Server } from '../../model/server.ts'
import { names } from '../../model/words.ts'
import { releaseRows } from '../release/release-rows.ts'
import { serversOf } from '../scope.ts'
import type { Session } from '../session.ts'

// What one server said of an app, or why it could not be asked.
type SeenOn =
  | { app: string; server: string; said: ReleasesFact; unhealthy: string | undefined }
  | { app: string; server: string; silent: string }

// What all servers serve now, and whether it answers: one connection and one probe a server, then the health check of
// each app that is live there, once, as a release asks it. Nothing is changed anywhere.
export async function lookAtApps(session: Session, wanted: (app: App) => boolean = () => true): Promise<FleetApp[]> {
  const { definitions, parallel } = session
  const limit = pLimit(parallel)
  const apps = definitions.apps.filter(wanted)
  const seen = await Promise.all(
    serversOf(definitions).map((server) => limit(() => lookAtServer(session, server, appsOn(server, apps)))),
  )
  return apps.map((app) =>
    seenApp(
      app,
      seen.flat().filter((on) => on.app === app.name),
    ),
  )
}

function appsOn(server: Server, apps: Definitions['apps']): App[] {
  return apps.filter((app) => app.cluster === server.cluster && app.servers.some(({ name }) => name === server.name))
}

async function lookAtServer(session: Session, server: Server, apps: readonly App[]): Promise<SeenOn[]> {
  if (apps.length === 0) return []
  try {
    const host = await session.connect(server)
    try {
      const queries = apps.map(({ name }) => ({ fact: 'releases', app: name }) as const)
      const facts = await host.probe(queries)
      const seen: SeenOn[] = []
      for (const [index, app] of apps.entries()) {
        const said = facts.get(queries[index] as (typeof queries)[number])
        seen.push({ app: app.name, server: server.name, said, unhealthy: await unhealthyAt(host, server, app, said) })
      }
      return seen
    } finally {
      host.close()
    }
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    const [problem] = error.problems as readonly [Problem]
    return apps.map((app) => ({ app: app.name, server: server.name, silent: problem.what }))
  }
}

// The most seconds that an answer may take here: a look is no release, it does not wait for long.
const PATIENCE = 10

const CONTEXT: StepContext = { plan: '', id: 'look', progress: () => undefined, patience: 0 }

// Why what is live there does not answer as it should; undefined where it does, or nothing is said of how.
async function unhealthyAt(host: Host, server: Server, app: App, said: ReleasesFact): Promise<string | undefined> {
  const on = app.servers.find(({ name }) => name === server.name)
  if (said.current.is !== 'release' || app.healthCheck === undefined || on?.web === undefined) return undefined
  const [resource] = healthOf({ app, server }, { release: said.current.name, does: 'release' }, 'site')
  if (resource === undefined || resource.desired.check === null) return undefined
  const { app: name, release, through, check } = resource.desired
  try {
    await host.perform(
      {
        step: 'check',
        app: name,
        release,
        through,
        check: { ...check, retries: 0, timeout: Math.min(check.timeout, PATIENCE) },
      },
      CONTEXT,
    )
    return undefined
  } catch (error) {
    if (!(error instanceof FlightError)) throw error
    const [problem] = error.problems
    if (problem?.code === 'FLIGHT_UNHEALTHY') return problem.what
    throw error
  }
}

// What all servers of an app serve, and how that is. Pure. What is worst is said.
function seenApp({ name, cluster, servers }: App, seen: readonly SeenOn[]): FleetApp {
  const heard = seen.flatMap((on) => ('said' in on ? [on] : []))
  const silent = seen.flatMap((on) => ('silent' in on ? [on] : []))
  const rows = releaseRows(heard)
  const live = rows.flatMap((row): LiveRelease[] =>
    row.live.length === 0
      ? []
      : [
          {
            release: row.release,
            commit: row.commit ?? '',
            subject: row.subject ?? '',
            since: row.since ?? null,
            by: row.who ?? '',
            servers: row.live,
          },
        ],
  )
  const app = { name, cluster, servers: servers.map((on) => on.name), live }
  const without = heard.filter(({ said }) => said.current.is !== 'release').map(({ server }) => server)
  const unhealthy = heard.flatMap(({ server, unhealthy: why }) => (why === undefined ? [] : [`${server}: ${why}`]))
  if (seen.length === 0) return { ...app, health: 'unknown', why: 'it is on no server' }
  if (unhealthy.length > 0) return { ...app, health: 'unhealthy', why: unhealthy.join('; ') }
  if (silent.length > 0)
    return { ...app, health: 'silent', why: silent.map(({ server, silent: why }) => `${server}: ${why}`).join('; ') }
  if (live.length === 0) return { ...app, health: 'none live', why: 'it was not released yet' }
  if (live.length > 1 || without.length > 0)
    return {
      ...app,
      health: 'differs',
      why: [
        ...live.map(({ release, servers: on }) => `${release} on ${names(on, 6)}`),
        ...(without.length === 0 ? [] : [`none on ${names(without, 6)}`]),
      ].join(', '),
    }
  return { ...app, health: 'ok', why: '' }
}
