import pLimit from 'p-limit'
import { phpNotes } from '../features/php.ts'
import type { Definitions } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { Listener } from '../model/event.ts'
import type { Plan, PlanBody, PlannedServer, Scope } from '../model/plan.ts'
import { definitionsDigest, serversIn } from './compile.ts'
import { digestOf } from './digest.ts'
import { planServer } from './plan-server.ts'
import { type Connect, type Survey, surveyFailure, surveyHost } from './survey.ts'

export type PlanRequest = {
  definitions: Definitions
  scope: Scope
  allowUpgrades: boolean
  connect: Connect
  parallel: number
  listen: Listener
  signal: AbortSignal
}

// Asks every server of the scope and says what would be done. Changes nothing anywhere.
export async function makePlan(request: PlanRequest): Promise<Plan> {
  const limit = pLimit(request.parallel)
  const chosen = serversIn(request.definitions, request.scope)
  const surveys = await Promise.all(
    chosen.map(({ server, cluster }) =>
      limit(async (): Promise<Survey> => {
        refuseIfAborted(request.signal)
        try {
          const host = await request.connect(server)
          request.listen({ event: 'server-asked', server: server.name })
          try {
            return told(await surveyHost(host, server, cluster), request)
          } finally {
            host.close()
          }
        } catch (error) {
          return told(surveyFailure(server, error), request)
        }
      }),
    ),
  )
  refuseIfAborted(request.signal)
  return planOf(surveys, request.scope, request.allowUpgrades)
}

function told(survey: Survey, { listen, allowUpgrades }: PlanRequest): Survey {
  const server = survey.server.name
  if (survey.is === 'missing') listen({ event: 'server-missing', server, what: survey.problems[0]?.what ?? '' })
  if (survey.is === 'asked') listen({ event: 'server-answered', server, actions: planServer(server, survey.resources, survey.facts, allowUpgrades).actions.length })
  return survey
}

export function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted; nothing was changed' })
}

// The plan as a value: the same surveys, the same bytes. Pure.
export function planOf(surveys: readonly Survey[], scope: Scope, allowUpgrades: boolean): Plan {
  const sorted = [...surveys].sort((a, b) => (a.server.name < b.server.name ? -1 : 1))
  const asked = sorted.filter((survey) => survey.is === 'asked').map((survey) => ({ survey, plan: planServer(survey.server.name, survey.resources, survey.facts, allowUpgrades) }))
  const body: PlanBody = {
    format: 1,
    scope: { clusters: [...scope.clusters].sort(), apps: [...scope.apps].sort(), servers: [...scope.servers].sort() },
    options: { allow_upgrades: allowUpgrades },
    definitions: definitionsDigest(asked.map(({ survey }) => ({ server: survey.server.name, resources: survey.resources }))),
    servers: asked.map(({ survey, plan }): PlannedServer => ({
      name: survey.server.name,
      cluster: survey.cluster.name,
      host: survey.server.host,
      hostKey: survey.hostKey,
      system: survey.system,
      resources: survey.resources.length,
      install: plan.install,
      notes: [...phpNotes(survey.cluster), ...plan.notes],
    })),
    missing: sorted.flatMap((survey) => (survey.is === 'missing' ? survey.problems : [])),
    blocked: sorted.flatMap((survey) => (survey.is === 'blocked' ? survey.problems : [])).concat(asked.flatMap(({ plan }) => plan.blocked)),
    stages: [
      {
        name: 'provision',
        servers: asked.filter(({ plan }) => plan.blocked.length === 0 && plan.actions.length > 0).map(({ survey, plan }) => ({ server: survey.server.name, actions: plan.actions })),
      },
    ],
  }
  return withDigest(body)
}

// Seals a plan: what canonical JSON leaves out is left out of the value as well.
export function withDigest(body: PlanBody): Plan {
  const plain = JSON.parse(JSON.stringify(body)) as PlanBody
  return { ...plain, digest: digestOf(plain) }
}
