import type { Cluster, Definitions } from '../../model/definitions.ts'
import type { ServerProblem } from '../../model/errors.ts'
import type { Listener } from '../../model/event.ts'
import type { Connect, Holder, Host, Lock, PlanLock } from '../../model/host.ts'
import type { Plan, PlannedServer, Stage } from '../../model/plan.ts'
import type { Resource } from '../../model/resource.ts'
import type { Server } from '../../model/server.ts'
import type { Hold } from '../../model/hold.ts'
import type { ServerOutcome } from './apply-server.ts'
import type { Standing } from './guard.ts'

export type ApplyRequest = {
  plan: Plan
  definitions: Definitions
  hold: Omit<Hold, 'who' | 'when'>
  wait: boolean // for whoever holds a lock, instead of refusing
  connect: Connect
  parallel: number
  holder: Holder
  listen: Listener
  signal: AbortSignal
}

// A server of the plan with work to do, connected, locked and found as the plan says.
export type Ready = Member & { host: Host; lock: PlanLock; standing: Standing }

export type Member = { planned: PlannedServer; server: Server; cluster: Cluster; resources: readonly Resource[] }

// What an apply knows while its tree of tasks runs.
export type Run = {
  request: ApplyRequest
  began: Date
  opened: Opened
  begun: Set<Stage> // in their order; once something did not work in one, no other begins
  outcomes: Map<string, ServerOutcome>
  back: ServerProblem[] // why not everything could be taken back
}

// What has to be let go at the end, which servers are worked on, and why some are not.
export type Opened = { hosts: Host[]; locks: Lock[]; ready: Ready[]; missing: ServerProblem[] }
