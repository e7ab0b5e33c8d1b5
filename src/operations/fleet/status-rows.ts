import type { Definitions } from '../../model/definitions.ts'
import type { Plan } from '../../model/plan.ts'
import { driftOf, type DriftedServer } from '../../views/drift.ts'
import type { StatusRow } from '../../views/status-text.ts'
import { serversOf } from '../scope.ts'

// The fleet at a glance, from what planning found out.
export function statusRows(plan: Plan, definitions: Definitions): StatusRow[] {
  const clusters = new Map(serversOf(definitions).map(({ name, cluster }) => [name, cluster]))
  const planned = new Map(plan.servers.map((server) => [server.name, server]))
  return driftOf(plan).servers.map((server) => ({
    server: server.name,
    cluster: clusters.get(server.name) ?? '',
    state: server.state,
    system: planned.get(server.name)?.system.name ?? '',
    apps: definitions.apps.filter((app) => app.servers.some((on) => on.name === server.name)).map(({ name }) => name),
    unusual: [...unusual(server), ...(planned.get(server.name)?.notes ?? [])],
  }))
}

// Why a server could not be asked is told beside the table, with the way out.
function unusual({ state, drift, problems, leftovers }: DriftedServer): string[] {
  if (state === 'not asked') return []
  const drifted =
    drift.length === 0 ? [] : [`${drift.length} ${drift.length === 1 ? 'resource is' : 'resources are'} not as defined`]
  const left =
    leftovers.length === 0
      ? []
      : [`${leftovers.length} left over (flight plan names ${leftovers.length === 1 ? 'it' : 'them'})`]
  return [...problems.map(({ what }) => what), ...drifted, ...left]
}
