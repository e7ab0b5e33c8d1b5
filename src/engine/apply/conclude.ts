import { kindOf } from '../../kinds/kinds.ts'
import { onResource, type Problem, type ServerProblem } from '../../model/errors.ts'
import type { Holder } from '../../model/host.ts'
import type { Receipt, ReceiptServer, ServerMemory } from '../../model/receipt.ts'
import { entryOf } from './apply-server.ts'
import type { Task } from '../tree.ts'
import { actionsIn } from '../resolve/plan-server.ts'
import { actionsFor } from './members.ts'
import type { ApplyRequest, Ready, Run } from './run.ts'
import { surveyHost } from '../plan/survey.ts'
import { planningOf } from '../undertakings/registry.ts'

export type Concluded = { receipt: ReceiptServer; problems: readonly ServerProblem[] }

// Looks once more, where all was done: what this plan was to change must now be as defined.
export function concludeTask(member: Ready, run: Run, keep: (concluded: Concluded) => void): Task {
  const { planned, standing } = member
  const { request, outcomes } = run
  const done = outcomes.get(planned.name) ?? { actions: [], problems: [], interrupted: false }
  let state: ReceiptServer['outcome'] = 'failed'
  return {
    title: planned.name,
    rendererOptions: {
      begins: () => (done.problems.length > 0 ? undefined : { event: 'verifying', server: planned.name }),
      ends: () => ({ event: 'server-ends', server: planned.name, outcome: state }),
    },
    task: async () => {
      const problems = done.problems.length > 0 ? done.problems : await verify(member, request)
      state = done.interrupted ? 'interrupted' : problems.length > 0 ? 'failed' : 'done'
      keep({
        receipt: {
          name: planned.name,
          outcome: state,
          converged: problems.length === 0,
          seconds: (Date.now() - run.began.getTime()) / 1000,
          actions: [
            ...standing.already.map((action) => entryOf(action, { outcome: 'already', seconds: 0 })),
            ...done.actions,
          ],
        },
        problems,
      })
    },
  }
}

async function verify({ planned, server, cluster, host }: Ready, request: ApplyRequest): Promise<ServerProblem[]> {
  const { plan } = request
  const survey = await surveyHost(host, { server, cluster }, planningOf(plan), request.definitions)
  if (survey.is !== 'asked') return [...survey.problems]
  const addresses = new Set(actionsFor(plan, planned.name).map((action) => action.address))
  const open = actionsIn(survey.plan).filter(
    (action) => addresses.has(action.address) || kindOf(action.kind).loads !== undefined,
  )
  return open.map((action) => ({
    code: 'FLIGHT_NOT_CONVERGED',
    ...onResource(planned.name, action.address),
    what: `was done, and is still not as defined: ${action.because.map(({ text }) => text).join('; ')}`,
    hint: 'look at what changes it on the server, then plan again',
  }))
}

// What a server keeps of a run: one line, so that its memory grows slowly. The whole receipt is the controller's.
export function remembered(receipt: Receipt, server: string, holder: Holder): ServerMemory {
  const entry = receipt.servers.find(({ name }) => name === server)
  const done = entry?.actions.filter(({ outcome }) => outcome === 'done').length ?? 0
  return {
    when: receipt.ended,
    who: receipt.who,
    from: receipt.from,
    what: holder.what,
    outcome: entry?.outcome ?? receipt.outcome,
    plan: receipt.plan,
    actions: done,
    seconds: entry?.seconds ?? 0,
  }
}

export function receiptOf(
  { plan, holder, signal, hold }: ApplyRequest,
  began: Date,
  servers: readonly ReceiptServer[],
  problems: readonly Problem[],
): Receipt {
  const ended = new Date()
  const wentBack = problems[0]?.code === 'FLIGHT_WENT_BACK'
  const outcome = wentBack
    ? 'went back'
    : signal.aborted && servers.some((server) => server.outcome === 'interrupted')
      ? 'interrupted'
      : servers.some((server) => server.outcome === 'failed')
        ? 'failed'
        : 'done'
  return {
    format: 1,
    plan: plan.digest,
    outcome,
    who: holder.who,
    from: holder.from,
    began: began.toISOString(),
    ended: ended.toISOString(),
    seconds: (ended.getTime() - began.getTime()) / 1000,
    ...planningOf(plan).receipt(hold.cargo),
    servers: [...servers].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems,
  }
}
