import pLimit from 'p-limit'
import type { Definitions } from '../../model/definitions.ts'
import { FlightError } from '../../model/errors.ts'
import type { Listener } from '../../model/event.ts'
import type { Connect, Host } from '../../model/host.ts'
import type { Plan } from '../../model/plan.ts'
import type { Asked } from '../../model/undertaking.ts'
import { actionsIn } from '../resolve/plan-server.ts'
import type { Chosen } from '../resolve/wanted.ts'
import { begin } from '../undertakings/registry.ts'
import type { Begun, Planning } from '../undertakings/undertaking.ts'
import { planOf } from './plan-of.ts'
import { type Survey, surveyFailure, surveyHost } from './survey.ts'

export type PlanRequest = {
  definitions: Definitions
  asked: Asked
  connect: Connect
  parallel: number
  listen: Listener
  signal: AbortSignal
}

// Asks every server that is concerned and says what would be done. Changes nothing anywhere.
export async function makePlan(request: PlanRequest): Promise<Plan> {
  const { servers, planning } = begin(request.asked, request.definitions)
  if (typeof planning === 'function') return planTogether(request, servers, planning)
  const limit = pLimit(request.parallel)
  const surveys = await Promise.all(
    servers.map((one) =>
      limit(async (): Promise<Survey> => {
        const opened = await open(one, request)
        if ('is' in opened) return opened
        try {
          return await ask(opened.host, one, planning, request)
        } finally {
          opened.host.close()
        }
      }),
    ),
  )
  refuseIfAborted(request.signal)
  return planOf(surveys, request.definitions, planning)
}

// What stands on the answers of all servers is planned for none of them before all are connected.
async function planTogether(
  request: PlanRequest,
  servers: readonly Chosen[],
  settle: Exclude<Begun['planning'], Planning>,
): Promise<Plan> {
  const limit = pLimit(request.parallel)
  const opened = await Promise.all(servers.map((one) => limit(async () => ({ one, opened: await open(one, request) }))))
  const hosts = opened.flatMap(({ one, opened: each }) => ('host' in each ? [{ ...one, host: each.host }] : []))
  const failed = opened.flatMap(({ opened: each }) => ('is' in each ? [each] : []))
  try {
    const planning = await orInterrupted(
      settle(
        hosts,
        failed.flatMap((each) => (each.is === 'asked' ? [] : each.problems)),
      ),
      request.signal,
    )
    const surveys = await Promise.all(hosts.map((one) => limit(() => ask(one.host, one, planning, request))))
    refuseIfAborted(request.signal)
    return planOf([...surveys, ...failed], request.definitions, planning)
  } finally {
    for (const { host } of hosts) host.close()
  }
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

async function ask(host: Host, one: Chosen, planning: Planning, request: PlanRequest): Promise<Survey> {
  return told(await orInterrupted(surveyHost(host, one, planning, request.definitions), request.signal), request)
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
