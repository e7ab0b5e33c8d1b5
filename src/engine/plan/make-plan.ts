import pLimit from 'p-limit'
import type { Cluster, Definitions } from '../../model/definitions.ts'
import { FlightError, type Problem } from '../../model/errors.ts'
import type { Listener } from '../../model/event.ts'
import type { Connect, Host } from '../../model/host.ts'
import type { Plan, Scope } from '../../model/plan.ts'
import type { PlannedPush } from '../../model/push.ts'
import type { PlannedRelease, ReleaseWish } from '../../model/release.ts'
import type { Server } from '../../model/server.ts'
import { serversIn, serversOfReleases } from './compile.ts'
import { nameRelease } from './name-release.ts'
import { planOf } from './plan-of.ts'
import { actionsIn } from './plan-server.ts'
import { type Survey, surveyFailure, surveyHost } from './survey.ts'
import type { Serial } from './waves.ts'

// `apps`: whether the apps of the scope are configured, or their servers provisioned alone. `serial`: how many web
// servers of an app may reload at once. With `releases` or `pushes` these are planned and nothing else.
export type PlanRequest = {
  definitions: Definitions
  scope: Scope
  apps: boolean
  serial: Serial
  allowUpgrades: boolean
  releases: readonly ReleaseWish[]
  pushes?: readonly PlannedPush[]
  connect: Connect
  parallel: number
  listen: Listener
  signal: AbortSignal
}

type Chosen = { server: Server; cluster: Cluster }

// Asks every server of the scope and says what would be done. Changes nothing anywhere.
export async function makePlan(request: PlanRequest): Promise<Plan> {
  const limit = pLimit(request.parallel)
  if (request.releases.length > 0) return planOfReleases(request)
  const chosen = serversIn(request.definitions, request.scope)
  const surveys = await Promise.all(
    chosen.map((one) =>
      limit(async (): Promise<Survey> => {
        const opened = await open(one, request)
        if ('is' in opened) return opened
        try {
          return told(
            await orInterrupted(
              surveyHost(opened.host, one.server, one.cluster, { ...request, releases: [] }),
              request.signal,
            ),
            request,
          )
        } finally {
          opened.host.close()
        }
      }),
    ),
  )
  refuseIfAborted(request.signal)
  return planOf(surveys, { ...request, releases: [] })
}

async function open({ server }: Chosen, request: PlanRequest): Promise<{ host: Host } | Survey> {
  refuseIfAborted(request.signal)
  try {
    const host = await request.connect(server)
    request.listen({ event: 'server-asked', server: server.name })
    return { host }
  } catch (error) {
    return told(surveyFailure(server, error), request)
  }
}

// A release has one name on all servers, so all of them are asked what they have before any of them is planned for.
async function planOfReleases(request: PlanRequest): Promise<Plan> {
  const limit = pLimit(request.parallel)
  const chosen = serversOfReleases(request.definitions, request.releases)
  const scope = { clusters: [], apps: request.releases.map(({ app }) => app).sort(), servers: [] }
  const opened = await Promise.all(chosen.map((one) => limit(async () => ({ one, opened: await open(one, request) }))))
  const hosts = opened.flatMap(({ one, opened: each }) => ('host' in each ? [{ ...one, host: each.host }] : []))
  try {
    refuseBlindWayBack(
      request,
      opened.flatMap(({ opened: each }) => ('is' in each && each.is !== 'asked' ? each.problems : [])),
    )
    const releases = await orInterrupted(named(request, hosts), request.signal)
    const asked = await Promise.all(
      hosts.map(({ host, server, cluster }) =>
        limit(async () =>
          told(
            await orInterrupted(surveyHost(host, server, cluster, { ...request, scope, releases }), request.signal),
            request,
          ),
        ),
      ),
    )
    refuseIfAborted(request.signal)
    return planOf([...asked, ...opened.flatMap(({ opened: each }) => ('is' in each ? [each] : []))], {
      ...request,
      scope,
      releases,
    })
  } finally {
    for (const { host } of hosts) host.close()
  }
}

// Which releases are good on all servers is not known while one of them cannot be asked.
function refuseBlindWayBack({ releases }: PlanRequest, missing: readonly Problem[]): void {
  if (missing.length === 0 || !releases.some(({ does }) => does === 'rollback')) return
  throw new FlightError(
    missing.map((problem) => ({
      ...problem,
      hint:
        `to go back without it: --without-server ` +
        `${problem.where.split(' ')[0]}${problem.hint === undefined ? '' : `. Otherwise: ${problem.hint}`}`,
    })),
  )
}

async function named(
  { releases, definitions }: PlanRequest,
  hosts: readonly (Chosen & { host: Host })[],
): Promise<PlannedRelease[]> {
  const sorted = [...releases].sort((a, b) => (a.app < b.app ? -1 : 1))
  return Promise.all(
    sorted.map(async (wish) => {
      const app = definitions.apps.find(({ name }) => name === wish.app)
      const on = hosts.filter(
        ({ server }) =>
          app?.servers.some(({ name }) => name === server.name) === true && !wish.without.includes(server.name),
      )
      const query = { fact: 'releases', app: wish.app } as const
      return nameRelease(
        wish,
        await Promise.all(
          on.map(async ({ server, host }) => ({ server: server.name, said: (await host.probe([query])).get(query) })),
        ),
      )
    }),
  )
}

function told(survey: Survey, { listen }: PlanRequest): Survey {
  const server = survey.server.name
  if (survey.is === 'missing') listen({ event: 'server-missing', server, what: survey.problems[0]?.what ?? '' })
  if (survey.is === 'asked') listen({ event: 'server-answered', server, actions: actionsIn(survey.plan).length })
  return survey
}

// What is asked of a server may take long or never end: whoever interrupts does not wait for it.
function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted; nothing was changed' }))
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

export function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted; nothing was changed' })
}
