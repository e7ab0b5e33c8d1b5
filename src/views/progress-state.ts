import type { RunEvent } from '../model/event.ts'
import { withoutServer } from './words.ts'

export type ServerProgress = {
  state: 'waiting' | 'running' | 'verifying' | 'done' | 'failed' | 'unreachable' | 'interrupted'
  actions: number // finished, in all stages so far
  failed: number
  doing: string // the action that runs
  text: string // what it says
  since: number
}
export type StageProgress = {
  name: string
  began: number
  ended: number | undefined
  servers: Map<string, ServerProgress>
}

// All that a drawing needs to know of a run.
export type RunProgress = {
  began: number
  asked: Set<string>
  answered: Map<string, number> // actions by server
  missing: Set<string>
  stages: StageProgress[]
}

export function noProgress(now: number): RunProgress {
  return { began: now, asked: new Set(), answered: new Map(), missing: new Set(), stages: [] }
}

function serverOf(run: RunProgress, name: string, now: number): ServerProgress | undefined {
  const servers = run.stages.at(-1)?.servers
  const known = servers?.get(name)
  if (known !== undefined || servers === undefined) return known
  const fresh: ServerProgress = {
    state: 'running',
    actions: finishedBy(run, name),
    failed: 0,
    doing: '',
    text: '',
    since: now,
  }
  servers.set(name, fresh)
  return fresh
}

function finishedBy(run: RunProgress, name: string): number {
  return (
    run.stages
      .filter(({ servers }) => servers.has(name))
      .at(-1)
      ?.servers.get(name)?.actions ?? 0
  )
}

const ENDED: ReadonlySet<ServerProgress['state']> = new Set(['done', 'failed', 'unreachable', 'interrupted'])

// A stage begins only when the one before it is done on every server: what still stood as running there is done.
function endStage(run: RunProgress, now: number): void {
  const stage = run.stages.at(-1)
  if (stage === undefined || stage.ended !== undefined) return
  stage.ended = now
  for (const server of stage.servers.values())
    if (server.state === 'running' || server.state === 'verifying') server.state = 'done'
}

// Takes one event into account. The state belongs to one drawing,
// which changes it in place: events come by the thousand.
export function advance(run: RunProgress, event: RunEvent, now: number): void {
  switch (event.event) {
    case 'server-asked':
      run.asked.add(event.server)
      return
    case 'server-answered':
      run.answered.set(event.server, event.actions)
      return
    case 'server-missing':
      run.missing.add(event.server)
      return
    case 'stage-begins':
      endStage(run, now)
      run.stages.push({
        name: event.stage,
        began: now,
        ended: undefined,
        servers: new Map(
          event.servers.map((name) => [
            name,
            { state: 'waiting', actions: finishedBy(run, name), failed: 0, doing: '', text: '', since: now },
          ]),
        ),
      })
      return
    case 'note':
      return
  }
  const server = serverOf(run, event.server, now)
  if (server === undefined) return
  switch (event.event) {
    case 'action-begins':
      server.state = 'running'
      server.doing = `${event.verb} ${withoutServer(event.address, event.server)}`
      server.text = ''
      server.since = now
      return
    case 'action-progress':
      server.text = event.text
      return
    case 'action-ends':
      if (event.outcome === 'failed') server.failed++
      else if (event.outcome !== 'not begun') server.actions++
      server.doing = ''
      server.text = ''
      return
    case 'verifying':
      server.state = 'verifying'
      return
    case 'server-ends':
      server.state = event.outcome
      if ([...(run.stages.at(-1)?.servers.values() ?? [])].every(({ state }) => ENDED.has(state))) endStage(run, now)
      return
  }
}
