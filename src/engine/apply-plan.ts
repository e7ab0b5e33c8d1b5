import pLimit from 'p-limit'
import { FlightError, type Problem } from '../model/errors.ts'
import type { Host, Lock } from '../model/host.ts'
import type { Plan } from '../model/plan.ts'
import type { Receipt, ReceiptServer } from '../model/receipt.ts'
import { applyServer, type ServerOutcome } from './apply-server.ts'
import { conclude, receiptOf, remembered } from './conclude.ts'
import { type ApplyRequest, membersOf, prepare, type Ready, refuseBlocked } from './prepare-apply.ts'

// Does exactly what a plan says, and proves it. Whatever is wrong before the first write is thrown as a FlightError, and
// then nothing was written anywhere; afterwards the receipt says what was done.
export async function applyPlan(request: ApplyRequest): Promise<Receipt> {
  const began = new Date()
  const members = membersOf(request.plan, request.definitions)
  refuseBlocked(request.plan)
  for (const text of leftOut(request.plan)) request.listen({ event: 'note', text })
  const hosts: Host[] = []
  const locks: Lock[] = []
  try {
    const { ready, missing } = await prepare(members, request, hosts, locks)
    const servers = await work(ready, request)
    const absent = missing.map((problem): ReceiptServer => ({ name: problem.where.split(' ')[0] ?? '', outcome: 'unreachable', converged: false, seconds: 0, actions: [] }))
    const receipt = receiptOf(request, began, [...servers.map(({ receipt: entry }) => entry), ...absent], [...servers.flatMap(({ problems }) => problems), ...missing])
    const worked = ready.filter(({ standing }) => standing.pending.length > 0)
    await Promise.all(worked.map(({ host }) => host.record(JSON.stringify(remembered(receipt, host.server, request.holder))).catch(lostLater)))
    return receipt
  } finally {
    await Promise.all(locks.map((lock) => lock.release().catch(lostLater)))
    for (const host of hosts) host.close()
  }
}

// Servers that the plan knows of and does nothing to: said again, because an apply that is done looks like all is done.
function leftOut(plan: Plan): string[] {
  return [...plan.missing.map(({ where }) => `${where} could not be asked when the plan was made: nothing is done to it`), ...plan.blocked.map(({ where }) => `${where} was blocked when the plan was made: nothing is done to it`)]
}

// The connection may be gone after the work: what was done is known, the lock is freed by the server.
function lostLater(error: unknown): void {
  if (!(error instanceof FlightError)) throw error
}

// Stage by stage; the next begins only when every server has finished the last.
async function work(ready: readonly Ready[], request: ApplyRequest): Promise<{ receipt: ReceiptServer; problems: readonly Problem[] }[]> {
  const began = Date.now()
  const outcomes = new Map<string, ServerOutcome>()
  for (const stage of request.plan.stages) {
    if ([...outcomes.values()].some((outcome) => outcome.problems.length > 0)) break
    const inStage = ready.filter(({ planned }) => stage.servers.some((entry) => entry.server === planned.name))
    if (inStage.length > 0) request.listen({ event: 'stage-begins', stage: stage.name, servers: inStage.map(({ planned }) => planned.name) })
    const limit = pLimit(request.parallel)
    await Promise.all(
      inStage.map(({ planned, host, lock, standing }) =>
        limit(async () => {
          const actions = stage.servers.filter((entry) => entry.server === planned.name).flatMap((entry) => entry.actions)
          const outcome = await applyServer(actions, new Set(standing.pending), { host, lock, plan: request.plan.digest, stage: stage.name, planned, listen: request.listen, signal: request.signal })
          const earlier = outcomes.get(planned.name)
          outcomes.set(planned.name, earlier === undefined ? outcome : { ...outcome, actions: [...earlier.actions, ...outcome.actions] })
        }),
      ),
    )
  }
  const limit = pLimit(request.parallel)
  return Promise.all(ready.map((member) => limit(() => conclude(member, outcomes.get(member.planned.name), request, began))))
}

