import pLimit from 'p-limit'
import type { Cluster, Definitions } from '../model/definitions.ts'
import { FlightError, type Problem } from '../model/errors.ts'
import type { Listener } from '../model/event.ts'
import type { Holder, Host, Lock } from '../model/host.ts'
import type { Plan, PlannedServer } from '../model/plan.ts'
import type { Receipt, ReceiptServer, ServerMemory } from '../model/receipt.ts'
import type { Server } from '../model/server.ts'
import { applyServer, type ServerOutcome } from './apply-server.ts'
import { compileServer, definitionsDigest } from './compile.ts'
import { canonical } from './digest.ts'
import { type Standing, standingOf } from './guard.ts'
import { refuseIfAborted } from './make-plan.ts'
import { planServer } from './plan-server.ts'
import { type Connect, surveyFailure, surveyHost } from './survey.ts'

export type ApplyRequest = {
  plan: Plan
  definitions: Definitions
  connect: Connect
  parallel: number
  holder: Holder
  listen: Listener
  signal: AbortSignal
}

// A server of the plan with work to do, connected, locked and found as the plan says.
type Ready = { planned: PlannedServer; server: Server; cluster: Cluster; host: Host; lock: Lock; standing: Standing }

// Does exactly what a plan says, and proves it. Whatever is wrong before the first write is thrown as a FlightError, and
// then nothing was written anywhere; afterwards the receipt says what was done.
export async function applyPlan(request: ApplyRequest): Promise<Receipt> {
  const began = new Date()
  const members = membersOf(request.plan, request.definitions)
  refuseBlocked(request.plan)
  const hosts: Host[] = []
  const locks: Lock[] = []
  try {
    const { ready, missing } = await prepare(members, request, hosts, locks)
    const servers = await work(ready, request)
    const absent = missing.map((problem): ReceiptServer => ({ name: problem.where.split(' ')[0] ?? '', outcome: 'unreachable', converged: false, seconds: 0, actions: [] }))
    const receipt = receiptOf(request, began, [...servers.map(({ receipt: entry }) => entry), ...absent], [...servers.flatMap(({ problems }) => problems), ...missing])
    await Promise.all(ready.map(({ host }) => host.record(JSON.stringify(remembered(receipt, host.server, request.holder))).catch(lostLater)))
    return receipt
  } finally {
    await Promise.all(locks.map((lock) => lock.release().catch(lostLater)))
    for (const host of hosts) host.close()
  }
}

// The connection may be gone after the work: what was done is known, the lock is freed by the server.
function lostLater(error: unknown): void {
  if (!(error instanceof FlightError)) throw error
}

type Member = { planned: PlannedServer; server: Server; cluster: Cluster }

// The plan's servers in the definitions, or FLIGHT_PLAN_OTHER_DEFINITIONS when these no longer compile to this plan.
function membersOf(plan: Plan, definitions: Definitions): Member[] {
  const refuse = (what: string) => new FlightError({ code: 'FLIGHT_PLAN_OTHER_DEFINITIONS', where: '', what, hint: 'plan again, or check out the definitions that this plan was made for' })
  const members = plan.servers.map((planned) => {
    const cluster = definitions.clusters.find((candidate) => candidate.name === planned.cluster)
    const server = cluster?.servers.find((candidate) => candidate.name === planned.name)
    if (cluster === undefined || server === undefined) throw refuse(`the plan is for the server ${planned.name} of ${planned.cluster}, which is not defined here`)
    if (server.host !== planned.host) throw refuse(`the plan is for ${planned.name} at ${planned.host}, the definitions say ${server.host}`)
    return { planned, server, cluster }
  })
  const digest = definitionsDigest(members.map(({ planned, server, cluster }) => ({ server: planned.name, resources: compileServer(cluster, server, planned.system) })))
  if (digest !== plan.definitions) throw refuse('the definitions no longer say what this plan was made for')
  return members
}

function refuseBlocked(plan: Plan): void {
  if (plan.blocked.length > 0 && plan.stages.every((stage) => stage.servers.length === 0)) throw new FlightError(plan.blocked)
}

// Connects to every server that has work, takes the locks in the order of the names, and looks at everything again. Any
// refusal ends it here, before the first byte is written anywhere.
async function prepare(members: readonly Member[], request: ApplyRequest, hosts: Host[], locks: Lock[]): Promise<{ ready: Ready[]; missing: Problem[] }> {
  const { plan, listen, signal } = request
  const limit = pLimit(request.parallel)
  const withWork = members.filter(({ planned }) => actionsFor(plan, planned.name).length > 0)
  const missing: Problem[] = []
  const connected = await Promise.all(
    withWork.map((member) =>
      limit(async () => {
        refuseIfAborted(signal)
        try {
          const host = await request.connect(member.server)
          hosts.push(host)
          return { ...member, host }
        } catch (error) {
          const survey = surveyFailure(member.server, error)
          const problems = survey.is === 'asked' ? [] : survey.problems
          if (problems.some((problem) => problem.code === 'FLIGHT_HOST_KEY_CHANGED')) throw error
          missing.push(...problems)
          listen({ event: 'server-missing', server: member.server.name, what: problems[0]?.what ?? '' })
          return undefined
        }
      }),
    ),
  )
  const present = connected.filter((member) => member !== undefined)
  refuseOtherKeys(present)
  const held: (Member & { host: Host; lock: Lock })[] = []
  for (const member of present) {
    const lock = await member.host.lock(request.holder, plan.digest)
    locks.push(lock)
    held.push({ ...member, lock })
  }
  const ready = await Promise.all(held.map((member) => limit(async () => ({ ...member, standing: await look(member, request) }))))
  const stale = ready.flatMap(({ standing }) => standing.stale)
  if (stale.length > 0) throw new FlightError(stale)
  refuseIfAborted(signal)
  return { ready, missing }
}

function refuseOtherKeys(members: readonly { planned: PlannedServer; host: Host }[]): void {
  const other = members.filter(({ planned, host }) => planned.hostKey !== host.hostKey)
  if (other.length === 0) return
  throw new FlightError(
    other.map(({ planned, host }) => ({
      code: 'FLIGHT_HOST_KEY_CHANGED' as const,
      where: planned.name,
      what: `proves the key ${host.hostKey}; the plan was made for ${planned.hostKey}`,
      hint: 'if the server was replaced on purpose, plan again; otherwise find out who answers there',
    })),
  )
}

async function look({ planned, server, cluster, host }: Member & { host: Host }, { plan, listen }: ApplyRequest): Promise<Standing> {
  listen({ event: 'server-asked', server: planned.name })
  const survey = await surveyHost(host, server, cluster)
  if (survey.is !== 'asked') throw new FlightError(survey.problems)
  if (canonical(survey.system) !== canonical(planned.system)) {
    return { pending: [], already: [], stale: [{ code: 'FLIGHT_STALE_PLAN', where: planned.name, what: `is another system than planned: it was ${planned.system.name}, it is ${survey.system.name}`, hint: 'plan again' }] }
  }
  const now = planServer(planned.name, survey.resources, survey.facts, plan.options.allow_upgrades)
  return standingOf(planned.name, actionsFor(plan, planned.name), now, plan)
}

function actionsFor(plan: Plan, server: string) {
  return plan.stages.flatMap((stage) => stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions))
}

// Stage by stage; the next begins only when every server has finished the last.
async function work(ready: readonly Ready[], request: ApplyRequest): Promise<{ receipt: ReceiptServer; problems: readonly Problem[] }[]> {
  const began = Date.now()
  const outcomes = new Map<string, ServerOutcome>()
  for (const stage of request.plan.stages) {
    if ([...outcomes.values()].some((outcome) => outcome.problems.length > 0)) break
    const addresses = new Set(stage.servers.flatMap((entry) => entry.actions.map((action) => action.address)))
    const inStage = ready.filter(({ planned }) => stage.servers.some((entry) => entry.server === planned.name))
    if (inStage.length > 0) request.listen({ event: 'stage-begins', stage: stage.name, servers: inStage.map(({ planned }) => planned.name) })
    const limit = pLimit(request.parallel)
    await Promise.all(
      inStage.map(({ planned, host, lock, standing }) =>
        limit(async () => {
          const pending = standing.pending.filter((action) => addresses.has(action.address))
          const outcome = await applyServer(pending, { host, lock, plan: request.plan.digest, planned, listen: request.listen, signal: request.signal })
          const earlier = outcomes.get(planned.name)
          outcomes.set(planned.name, earlier === undefined ? outcome : { ...outcome, actions: [...earlier.actions, ...outcome.actions] })
        }),
      ),
    )
  }
  const limit = pLimit(request.parallel)
  return Promise.all(ready.map((member) => limit(() => conclude(member, outcomes.get(member.planned.name), request, began))))
}

// Looks once more: what this plan was to change must now be as defined.
async function conclude(member: Ready, outcome: ServerOutcome | undefined, request: ApplyRequest, began: number): Promise<{ receipt: ReceiptServer; problems: readonly Problem[] }> {
  const { planned, standing } = member
  const done = outcome ?? { actions: [], problems: [], interrupted: false }
  const found = standing.already.map((action) => ({ address: action.address, verb: action.verb, feature: action.feature, outcome: 'already' as const, seconds: 0 }))
  const problems = done.problems.length > 0 ? done.problems : await verify(member, request)
  const state = done.interrupted ? 'interrupted' : problems.length > 0 ? 'failed' : 'done'
  request.listen({ event: 'server-ends', server: planned.name, outcome: state })
  return { receipt: { name: planned.name, outcome: state, converged: problems.length === 0, seconds: (Date.now() - began) / 1000, actions: [...found, ...done.actions] }, problems }
}

async function verify({ planned, server, cluster, host }: Ready, { plan, listen }: ApplyRequest): Promise<Problem[]> {
  listen({ event: 'verifying', server: planned.name })
  const survey = await surveyHost(host, server, cluster)
  if (survey.is !== 'asked') return [...survey.problems]
  const addresses = new Set(actionsFor(plan, planned.name).map((action) => action.address))
  const { actions } = planServer(planned.name, survey.resources, survey.facts, plan.options.allow_upgrades)
  const open = actions.filter((action) => addresses.has(action.address) || action.kind === 'service')
  return open.map((action) => ({ code: 'FLIGHT_NOT_CONVERGED', where: action.address, what: `was done, and is still not as defined: ${action.because.join('; ')}`, hint: 'look at what changes it on the server, then plan again' }))
}

// What a server keeps of a run: one line, so that its memory grows slowly. The whole receipt is the controller's.
function remembered(receipt: Receipt, server: string, holder: Holder): ServerMemory {
  const entry = receipt.servers.find(({ name }) => name === server)
  const done = entry?.actions.filter(({ outcome }) => outcome === 'done').length ?? 0
  return { when: receipt.ended, who: receipt.who, from: receipt.from, what: holder.what, outcome: entry?.outcome ?? receipt.outcome, plan: receipt.plan, actions: done, seconds: entry?.seconds ?? 0 }
}

function receiptOf({ plan, holder, signal }: ApplyRequest, began: Date, servers: readonly ReceiptServer[], problems: readonly Problem[]): Receipt {
  const ended = new Date()
  const outcome = signal.aborted && servers.some((server) => server.outcome === 'interrupted') ? 'interrupted' : servers.some((server) => server.outcome === 'failed') ? 'failed' : 'done'
  return {
    format: 1,
    plan: plan.digest,
    outcome,
    who: holder.who,
    from: holder.from,
    began: began.toISOString(),
    ended: ended.toISOString(),
    seconds: (ended.getTime() - began.getTime()) / 1000,
    servers: [...servers].sort((a, b) => (a.name < b.name ? -1 : 1)),
    problems,
  }
}
