import type { FleetApp, FleetServer } from '../../model/fleet.ts'
import type { RequestState } from '../../model/request.ts'
import type { ServerProgress } from '../../views/progress-state.ts'
import type { Html } from './jsx-runtime.ts'

// How something stands: colours say it, signs say it, and words stand beside them.
export type Tone = 'good' | 'bad' | 'warn' | 'live' | 'calm'
type Shape = 'check' | 'cross' | 'circle' | 'turning' | 'back' | 'bar' | 'skip' | 'unequal' | 'question' | 'exclamation'
export type Sign = { tone: Tone; shape: Shape; words: string }

const PATHS: Record<Shape, Html> = {
  check: <path d="M4.5 8.3l2.4 2.4 4.6-5" />,
  cross: <path d="M5.4 5.4l5.2 5.2m0-5.2l-5.2 5.2" />,
  circle: <circle cx="8" cy="8" r="1.6" />,
  turning: <path d="M8 4.4a3.6 3.6 0 1 1-3.6 3.6" />,
  back: <path d="M11 11V8.6A2 2 0 0 0 9 6.6H5.2m2-2.2L5 6.6l2.2 2.2" />,
  bar: <path d="M5 8h6" />,
  skip: <path d="M4.8 5.2L7.6 8l-2.8 2.8m3.8-5.6L11.4 8l-2.8 2.8" />,
  unequal: <path d="M4.8 6.6h6.4M4.8 9.6h6.4M9.6 4.6l-3.2 7" />,
  question: <path d="M6.2 6.4A1.8 1.8 0 1 1 8.6 8c-.5.3-.6.6-.6 1.1m0 2.1v.2" />,
  exclamation: <path d="M8 4.6v4.2m0 2.4v.2" />,
}

// The sign alone: a small round picture in the colour of its tone, silent for screen readers.
export function sign({ tone, shape }: Sign): Html {
  return (
    <svg
      class={`sign ${tone}${shape === 'turning' ? ' turns' : ''}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <circle class="disc" cx="8" cy="8" r="7.25" />
      {PATHS[shape]}
    </svg>
  )
}

// The sign and its words.
export function standing(how: Sign): Html {
  return (
    <span class={`standing ${how.tone}`}>
      {sign(how)}
      <span>{how.words}</span>
    </span>
  )
}

const REQUESTS: Record<RequestState, Sign> = {
  waiting: { tone: 'calm', shape: 'circle', words: 'waiting' },
  running: { tone: 'live', shape: 'turning', words: 'running' },
  succeeded: { tone: 'good', shape: 'check', words: 'succeeded' },
  failed: { tone: 'bad', shape: 'cross', words: 'failed' },
  went_back: { tone: 'warn', shape: 'back', words: 'went back' },
  refused: { tone: 'bad', shape: 'bar', words: 'refused' },
  superseded: { tone: 'calm', shape: 'skip', words: 'superseded' },
  cancelled: { tone: 'calm', shape: 'bar', words: 'cancelled' },
}

const HEALTH: Record<FleetApp['health'], Sign> = {
  ok: { tone: 'good', shape: 'check', words: 'healthy' },
  differs: { tone: 'warn', shape: 'unequal', words: 'servers differ' },
  silent: { tone: 'warn', shape: 'question', words: 'not all answer' },
  unhealthy: { tone: 'bad', shape: 'cross', words: 'unhealthy' },
  'none live': { tone: 'calm', shape: 'bar', words: 'nothing live' },
  unknown: { tone: 'calm', shape: 'question', words: 'not looked at' },
}

const SERVERS: Record<FleetServer['state'], Sign> = {
  'in order': { tone: 'good', shape: 'check', words: 'in order' },
  drifted: { tone: 'warn', shape: 'unequal', words: 'drifted' },
  blocked: { tone: 'bad', shape: 'cross', words: 'blocked' },
  'not asked': { tone: 'bad', shape: 'question', words: 'could not be asked' },
  'not looked at': { tone: 'calm', shape: 'question', words: 'not looked at' },
}

const PROGRESS: Record<ServerProgress['state'], Sign> = {
  waiting: { tone: 'calm', shape: 'circle', words: 'waiting' },
  running: { tone: 'live', shape: 'turning', words: 'running' },
  verifying: { tone: 'live', shape: 'turning', words: 'verifying' },
  done: { tone: 'good', shape: 'check', words: 'done' },
  failed: { tone: 'bad', shape: 'cross', words: 'failed' },
  unreachable: { tone: 'bad', shape: 'exclamation', words: 'unreachable' },
  interrupted: { tone: 'bad', shape: 'exclamation', words: 'interrupted' },
}

export const ofRequest = (state: RequestState): Sign => REQUESTS[state]
export const ofHealth = (health: FleetApp['health']): Sign => HEALTH[health]
export const ofServer = (state: FleetServer['state']): Sign => SERVERS[state]
export const ofProgress = (state: ServerProgress['state']): Sign => PROGRESS[state]
