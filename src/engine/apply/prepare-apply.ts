import { FlightError, onServer, type ServerProblem } from '../../model/errors.ts'
import { refuseIfAborted } from '../plan/make-plan.ts'
import { type Survey, surveyFailure, surveyHost } from '../plan/survey.ts'
import { actionsIn } from '../resolve/plan-server.ts'
import { sideBySide, type Task } from '../tree.ts'
import { planningOf } from '../undertakings/registry.ts'
import { actionsFor, type membersOf } from './members.ts'
import type { ApplyRequest, Opened } from './run.ts'
import { type Coming, standings } from './standings.ts'

// Connects to every server that the plan was asked for, takes the locks of those with work in the order of their names,
// looks at everything again, and derives the plan from that. Any refusal ends the tree here, before the first byte is
// written anywhere.
export function prepareTasks(
  { asked, members }: ReturnType<typeof membersOf>,
  request: ApplyRequest,
  opened: Opened,
): Task[] {
  const { plan, parallel, signal } = request
  const coming = asked.map((one): Coming => ({
    ...one,
    member: members.find(({ server }) => server.name === one.server.name),
    host: undefined,
    lock: undefined,
    survey: undefined,
  }))
  const hasWork = ({ server }: Coming) => actionsFor(plan, server.name).length > 0
  const each = (title: string, taskOf: (one: Coming) => Task): Task => ({
    title,
    task: (_context, parent) => sideBySide(parent, coming.map(taskOf), parallel),
  })
  return [
    each('connect', (one) => connectTask(one, request, opened)),
    {
      title: 'lock',
      rendererOptions: { tells: (text) => ({ event: 'note', text }) },
      task: async (_context, task) => {
        refuseOtherKeys(coming)
        const away = coming.filter(({ member, host }) => member !== undefined && host === undefined)
        const missing = away.flatMap(({ survey }) => problemsOf(survey))
        if (planningOf(plan).isAllOrNone && missing.length > 0) throw new FlightError(missing)
        opened.missing.push(...away.filter(hasWork).flatMap(({ survey }) => problemsOf(survey)))
        const tell = (text: string) => (task.output = text)
        for (const { server } of away.filter((one) => !hasWork(one)))
          tell(`${server.name} does not answer; the plan does nothing there`)
        await lockAll(
          coming.filter((one) => one.host !== undefined && hasWork(one)),
          request,
          opened,
          tell,
        )
      },
    },
    each('look again', (one) => lookTask(one, request)),
    {
      title: 'guard',
      task: async () => {
        const ready = standings(coming, request)
        refuseIfAborted(signal)
        // On all servers before anything is done on one: where there is no such note, nothing was done.
        if (ready.some(({ standing }) => standing.pending.length > 0))
          await allOf(ready.filter(({ lock }) => !lock.hasBegun).map(({ host }) => host.begin(plan.digest)))
        opened.ready.push(...ready)
      },
    },
  ]
}

function problemsOf(survey: Survey | undefined): readonly ServerProblem[] {
  return survey === undefined || survey.is === 'asked' ? [] : survey.problems
}

// A server that cannot be reached is missing; one that proves another key than it did ends everything.
function connectTask(one: Coming, request: ApplyRequest, opened: Opened): Task {
  const { name } = one.server
  return {
    title: name,
    exitOnError: () => one.survey === undefined,
    rendererOptions: {
      ends: () =>
        one.survey === undefined
          ? undefined
          : { event: 'server-missing', server: name, what: problemsOf(one.survey)[0]?.what ?? '' },
    },
    task: async () => {
      refuseIfAborted(request.signal)
      try {
        one.host = await request.connect(one.server)
        opened.hosts.push(one.host)
      } catch (error) {
        const survey = surveyFailure(one.server, error)
        const isOtherKey = problemsOf(survey).some(({ code }) => code === 'FLIGHT_HOST_KEY_CHANGED')
        if (one.member === undefined || !isOtherKey) one.survey = survey
        throw error
      }
    },
  }
}

// Takes all the locks or none: the first by name before the others, so that of two runs for the same servers one goes
// on. Who waits holds nothing meanwhile.
async function lockAll(
  present: readonly Coming[],
  request: ApplyRequest,
  { locks }: Opened,
  tell: (text: string) => void,
): Promise<void> {
  const { plan, holder, signal } = request
  const { claim } = planningOf(plan)
  let told = ''
  for (;;) {
    const take = async (one: Coming) => {
      one.lock = await one.host?.lock(holder, plan.digest, claim)
      if (one.lock !== undefined) locks.push(one.lock)
    }
    try {
      await allOf(present.slice(0, 1).map(take))
      await allOf(present.slice(1).map(take))
      return
    } catch (error) {
      if (!request.wait || !(error instanceof FlightError) || error.problems[0]?.code !== 'FLIGHT_LOCKED') throw error
      await Promise.all(locks.splice(0).map((lock) => lock.release()))
      if (error.message !== told) tell(`waiting: ${error.message}`)
      told = error.message
      await new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 1000))
      refuseIfAborted(signal)
    }
  }
}

// The results of all, or the first failure once none of them is on its way any more.
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

function refuseOtherKeys(coming: readonly Coming[]): void {
  const other = coming.flatMap(({ member, host }): ServerProblem[] =>
    member === undefined || host === undefined || member.planned.hostKey === host.hostKey
      ? []
      : [
          {
            code: 'FLIGHT_HOST_KEY_CHANGED',
            ...onServer(member.planned.name),
            what: `proves the key ${host.hostKey}; the plan was made for ${member.planned.hostKey}`,
            hint: 'if the server was replaced on purpose, plan again; otherwise find out who answers there',
          },
        ],
  )
  if (other.length > 0) throw new FlightError(other)
}

// Asks a server everything again.
function lookTask(one: Coming, { plan, definitions }: ApplyRequest): Task {
  const { name } = one.server
  return {
    title: name,
    enabled: () => one.host !== undefined,
    rendererOptions: {
      begins: () => ({ event: 'server-asked', server: name }),
      ends: () =>
        one.survey?.is === 'asked'
          ? { event: 'server-answered', server: name, actions: actionsIn(one.survey.plan).length }
          : undefined,
    },
    task: async () => {
      if (one.host !== undefined) one.survey = await surveyHost(one.host, one, planningOf(plan), definitions)
    },
  }
}
