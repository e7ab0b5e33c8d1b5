import type { Definitions } from '../../model/definitions.ts'
import { FlightError, type ServerProblem } from '../../model/errors.ts'
import type { Listener, RunEvent } from '../../model/event.ts'
import type { Connect, Host } from '../../model/host.ts'
import type { Plan } from '../../model/plan.ts'
import type { Asked } from '../../model/undertaking.ts'
import { actionsIn } from '../resolve/plan-server.ts'
import type { Chosen } from '../resolve/wanted.ts'
import { inTurn, runTree, sideBySide, type Task } from '../tree.ts'
import { begin } from '../undertakings/registry.ts'
import type { Planning, Reached } from '../undertakings/undertaking.ts'
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

// A server while it is asked: connected, then known, then let go.
type Asking = Chosen & { host: Host | undefined; survey: Survey | undefined }

// Asks every server that is concerned and says what would be done. Changes nothing anywhere.
export async function makePlan(request: PlanRequest): Promise<Plan> {
  const { definitions, parallel, listen, signal } = request
  const { servers, planning } = begin(request.asked, definitions)
  const all = servers.map((one): Asking => ({ ...one, host: undefined, survey: undefined }))
  const each = (title: string, taskOf: (one: Asking) => Task): Task => ({
    title,
    task: (_context, parent) => sideBySide(parent, all.map(taskOf), parallel),
  })
  let settled = typeof planning === 'function' ? undefined : planning
  const known = () => {
    if (settled === undefined) throw new Error('bug: servers are asked before it is known for what')
    return settled
  }
  const connect = (one: Asking) => connectTask(one, request)
  const ask = (one: Asking) => askTask(one, known, request)
  try {
    await runTree(
      typeof planning === 'function'
        ? [
            each('connect', connect),
            {
              title: 'settle',
              task: async () => {
                settled = await orInterrupted(planning(reachedOf(all), missingOf(all)), signal)
              },
            },
            each('ask', ask),
          ]
        : // So many connections as are asked at once.
          [
            each('ask', (one) => ({
              title: one.server.name,
              task: (_context, parent) => inTurn(parent, [connect(one), ask(one)]),
            })),
          ],
      listen,
    )
    refuseIfAborted(signal)
    return planOf(
      all.flatMap(({ survey }) => survey ?? []),
      definitions,
      known(),
    )
  } finally {
    for (const one of all) letGo(one)
  }
}

function reachedOf(all: readonly Asking[]): Reached[] {
  return all.flatMap(({ server, cluster, host }) => (host === undefined ? [] : [{ server, cluster, host }]))
}

function missingOf(all: readonly Asking[]): ServerProblem[] {
  return all.flatMap(({ survey }) => (survey === undefined || survey.is === 'asked' ? [] : survey.problems))
}

function letGo(one: Asking): void {
  one.host?.close()
  one.host = undefined
}

// One that cannot be connected to is known as well: it is missing, or blocked.
function connectTask(one: Asking, { connect, signal }: PlanRequest): Task {
  const { server } = one
  return {
    title: server.name,
    exitOnError: () => one.survey === undefined,
    rendererOptions: {
      ends: ({ failed }) => (failed === undefined ? { event: 'server-asked', server: server.name } : said(one)),
    },
    task: async () => {
      refuseIfAborted(signal)
      try {
        one.host = await connect(server)
      } catch (error) {
        one.survey = surveyFailure(server, error)
        throw error
      }
    },
  }
}

function askTask(one: Asking, planning: () => Planning, { definitions, signal }: PlanRequest): Task {
  return {
    title: one.server.name,
    enabled: () => one.host !== undefined,
    rendererOptions: { ends: () => said(one), tells: (text) => ({ event: 'note', text }) },
    task: async (_context, task) => {
      if (one.host === undefined) return
      try {
        one.survey = await orInterrupted(surveyHost(one.host, one, planning(), definitions), signal)
        if (one.survey.is === 'asked')
          for (const text of one.survey.plan.passing) task.output = `${one.server.name}: ${text}`
      } finally {
        letGo(one)
      }
    },
  }
}

function said({ server: { name }, survey }: Asking): RunEvent | undefined {
  if (survey?.is === 'asked') return { event: 'server-answered', server: name, actions: actionsIn(survey.plan).length }
  return survey?.is === 'missing'
    ? { event: 'server-missing', server: name, what: survey.problems[0]?.what ?? '' }
    : undefined
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
