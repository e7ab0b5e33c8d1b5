import { kindOf } from '../kinds/kinds.ts'
import type { Action } from '../model/action.ts'
import type { Plan, PlannedServer, Stage } from '../model/plan.ts'

export type ActionGroup = { servers: readonly PlannedServer[]; actions: readonly Action[] }

// One action without the name of its server: what two servers have in common.
export function likeness(action: Action, server: string): string {
  const own = `${server}/`
  const address = action.address.startsWith(own) ? action.address.slice(own.length) : action.address
  return JSON.stringify({ ...action, address })
}

// Whether apt does it, in one transaction with its neighbours.
export function isInstall({ kind }: Action): boolean {
  return kindOf(kind).installs !== undefined
}

// The servers of a stage, those together that get exactly the same: the same actions, the same work of apt.
// Servers without actions are left out. The actions of a group are those of its first server.
export function groupsOf(plan: Plan, stage: Stage): ActionGroup[] {
  const servers = new Map(plan.servers.map((server) => [server.name, server]))
  const groups = new Map<string, { servers: PlannedServer[]; actions: readonly Action[] }>()
  for (const { server, actions } of stage.servers) {
    const planned = servers.get(server)
    if (planned === undefined || actions.length === 0) continue
    const install = actions.some(isInstall) ? planned.install : null
    const key = JSON.stringify([planned.cluster, install, actions.map((action) => likeness(action, server))])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { servers: [planned], actions })
    else group.servers.push(planned)
  }
  return [...groups.values()]
}

// How many actions a server has over all stages.
export function actionsOf(plan: Plan, server: string): readonly Action[] {
  return plan.stages.flatMap((stage) =>
    stage.servers.filter((entry) => entry.server === server).flatMap((entry) => entry.actions),
  )
}

// The servers without any action, which are as the definitions want them: blocked ones are not among them.
export function untouched(plan: Plan): PlannedServer[] {
  const touched = new Set(
    plan.stages.flatMap((stage) =>
      stage.servers.filter(({ actions }) => actions.length > 0).map(({ server }) => server),
    ),
  )
  const blocked = new Set(plan.blocked.map(({ server }) => server))
  return plan.servers.filter(({ name }) => !touched.has(name) && !blocked.has(name))
}
