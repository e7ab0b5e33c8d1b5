import pLimit from 'p-limit'
import type { Definitions } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { Listener } from '../model/event.ts'
import type { Plan, Scope } from '../model/plan.ts'
import { serversIn } from './compile.ts'
import { planOf } from './plan-of.ts'
import { actionsIn } from './plan-server.ts'
import { type Connect, type Survey, surveyFailure, surveyHost } from './survey.ts'
import type { Serial } from './waves.ts'

// `apps`: whether the apps of the scope are configured, or their servers provisioned alone. `serial`: how many web servers of an
// app may reload at once.
export type PlanRequest = {
  definitions: Definitions
  scope: Scope
  apps: boolean
  serial: Serial
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
            return told(await orInterrupted(surveyHost(host, server, cluster, request), request.signal), request)
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
  return planOf(surveys, request)
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
    const stop = () => reject(new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted; nothing was changed' }))
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

export function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new FlightError({ code: 'FLIGHT_INTERRUPTED', where: '', what: 'interrupted; nothing was changed' })
}
