import type { RunProgress, ServerProgress, StageProgress } from '../../views/progress-state.ts'
import { whyStage } from '../../views/stage-words.ts'
import { count } from '../../model/words.ts'
import { duration } from '../../views/words.ts'
import { brief } from './brief.ts'
import type { Html } from './jsx-runtime.ts'
import { ofProgress, sign, type Sign } from './sign.tsx'
import { timeSince } from './when.tsx'

const MOST_STAGES = 40

// What a run does now: its stages, below the last one its servers,
// those at work and those that failed first where not all fit.
export function taskTree(run: RunProgress, now: Date, most: number): Html {
  if (run.asked.size + run.missing.size + run.stages.length === 0)
    return <p class="muted">Reads the definitions and makes the release.</p>
  const stages = run.stages.slice(-MOST_STAGES)
  const left = run.stages.length - stages.length
  return (
    <ol class="tree">
      {asking(run)}
      {left > 0 && <li class="muted">{count(left, 'earlier stage')}</li>}
      {stages.map((stage, index) => {
        const isShown = index === stages.length - 1 && (stage.ended === undefined || isBad(stage))
        return stageItem(stage, now, isShown ? servers(stage, run, now, most) : undefined)
      })}
    </ol>
  )
}

function asking({ asked, answered, missing, stages }: RunProgress): Html | undefined {
  if (asked.size + missing.size === 0) return undefined
  const how: Sign =
    missing.size > 0
      ? ofProgress('unreachable')
      : ofProgress(stages.length > 0 || answered.size >= asked.size ? 'done' : 'running')
  return (
    <li>
      <div class="stage">
        {sign(how)}
        <span class="stage-name">ask</span>
        <span class="muted">
          {answered.size} of {count(asked.size + missing.size, 'server')} answered
        </span>
      </div>
    </li>
  )
}

const isBad = ({ servers }: StageProgress) =>
  [...servers.values()].some(({ state }) => ofProgress(state).tone === 'bad')

function stageItem(stage: StageProgress, now: Date, below: Html | undefined): Html {
  const how = isBad(stage) ? ofProgress('failed') : ofProgress(stage.ended === undefined ? 'running' : 'done')
  const why = below === undefined ? undefined : whyStage(stage.name)
  const took = stage.ended === undefined ? timeSince(stage.began, now) : duration((stage.ended - stage.began) / 1000)
  return (
    <li>
      <div class="stage">
        {sign(how)}
        <span class="stage-name">{brief(stage.name, 60)}</span>
        <span class="muted">{tally(stage)}</span>
        <span class="took">{took}</span>
      </div>
      {why !== undefined && <p class="why muted">{why}</p>}
      {below}
    </li>
  )
}

// 1 failed, 2 running, 3 waiting; one word where all are alike.
function tally({ servers }: StageProgress): string {
  const states = [...servers.values()].map(({ state }) => state)
  const order = ['failed', 'unreachable', 'interrupted', 'running', 'verifying', 'waiting', 'done'] as const
  const parts = order
    .map((state) => [state, states.filter((each) => each === state).length] as const)
    .filter(([, number]) => number > 0)
  const [only] = parts
  return parts.length === 1 && only !== undefined && only[0] === 'done'
    ? count(states.length, 'server')
    : parts.map(([state, number]) => `${number} ${state}`).join(', ')
}

const RANK: Record<ServerProgress['state'], number> = {
  failed: 0,
  unreachable: 0,
  interrupted: 0,
  running: 1,
  verifying: 1,
  waiting: 2,
  done: 3,
}
const { compare } = new Intl.Collator('en', { numeric: true })

function servers(stage: StageProgress, run: RunProgress, now: Date, most: number): Html {
  const all = [...stage.servers]
  const chosen =
    all.length <= most
      ? all
      : all.sort(([, a], [, b]) => RANK[a.state] - RANK[b.state] || a.since - b.since).slice(0, most)
  const left = all.length - chosen.length
  return (
    <ul class="servers">
      {chosen
        .sort(([a], [b]) => compare(a, b))
        .map(([name, server]) => serverItem(name, server, run.answered.get(name), now))}
      {left > 0 && <li class="muted">and {count(left, 'more server')}</li>}
    </ul>
  )
}

function serverItem(name: string, server: ServerProgress, total: number | undefined, now: Date): Html {
  const isCounted = total !== undefined && total > 0
  return (
    <li class="server" data-key={brief(name, 80)}>
      {sign(ofProgress(server.state))}
      <span class="server-name">{brief(name, 60)}</span>
      {isCounted && progressBar(server.actions / total)}
      <span class="of" title="actions done">
        {isCounted ? `${Math.min(server.actions, total)}/${total}` : server.actions}
      </span>
      <span class="doing">{doing(server, now)}</span>
    </li>
  )
}

function doing({ doing, text, state, since }: ServerProgress, now: Date): Html {
  if (doing === '') return <span class="muted">{state}</span>
  return (
    <>
      {brief(doing, 120)} {text !== '' && <span class="muted">{brief(text, 100)}</span>}{' '}
      <span class="muted">{timeSince(since, now)}</span>
    </>
  )
}

// How much is done, as a picture beside the numbers that say the same.
function progressBar(share: number): Html {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 100)
  return (
    <svg class="progress" width="72" height="6" aria-hidden="true" focusable="false">
      <rect class="lane" width="100%" height="6" rx="3" />
      <rect class="filled" width={`${width}%`} height="6" rx="3" />
    </svg>
  )
}
