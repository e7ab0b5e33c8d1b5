import { kindOf } from '../../kinds/kinds.ts'
import type { Action } from '../../model/action.ts'
import type { App, Settings } from '../../model/definitions.ts'
import type { Stage } from '../../model/plan.ts'
import { type StageName, stageName } from '../../model/stage-name.ts'

export type Serial = Settings['serial']

// The stages of one phase. A server that answers requests and reloads what answers them goes into the first wave in
// which, of every app that it serves, no more than `serial` servers reload: a load balancer always has somebody to ask.
// Everybody else is in the first. Pure: the same servers, the same waves.
export function stagesOf(
  phase: StageName['phase'],
  servers: readonly { server: string; actions: readonly Action[] }[],
  apps: readonly App[],
  serial: Serial,
): Stage[] {
  const waves: { server: string; actions: readonly Action[] }[][] = []
  const reloading: Map<string, number>[] = []
  for (const entry of servers) {
    const served = entry.actions.some(reloadsRequests)
      ? apps.filter((app) => webServersOf(app).includes(entry.server))
      : []
    const counts = (wave: number) => (reloading[wave] ??= new Map())
    let at = 0
    while (served.some((app) => (counts(at).get(app.name) ?? 0) >= mostAtOnce(webServersOf(app).length, serial))) at++
    for (const app of served) counts(at).set(app.name, (counts(at).get(app.name) ?? 0) + 1)
    ;(waves[at] ??= []).push(entry)
  }
  const used = waves.filter((wave) => wave.length > 0)
  return used.map((wave, index) => ({
    name: stageName(used.length === 1 ? { phase } : { phase, wave: { at: index + 1, of: used.length } }),
    servers: wave,
  }))
}

// A load that a running service goes through, while requests wait
// or connections close. One that only starts serves nobody yet.
function reloadsRequests(action: Action): boolean {
  const load = kindOf(action.kind).loads?.(action.after)
  return load !== undefined && action.verb === 'reload' && load.test.program !== 'none'
}

function webServersOf(app: App): string[] {
  return app.servers.filter(({ web }) => web !== undefined).map(({ name }) => name)
}

// How many of an app's web servers may reload at once, always at least one: a number, a share of them, or half.
export function mostAtOnce(servers: number, serial: Serial): number {
  if (typeof serial === 'number') return Math.max(1, serial)
  return Math.max(1, Math.floor(servers * (serial === 'half' ? 0.5 : serial.share)))
}
