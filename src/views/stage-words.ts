import { readStageName } from '../model/stage-name.ts'

const WHY = {
  provision: undefined,
  configure: 'what is new answers before nginx sends requests there',
  retire: 'what no definition wants any more goes once nothing uses it',
  prepare: 'the release is made ready on all servers; nobody is served by it yet',
  deploy: 'once a release, one server after the other',
  check: 'the release answers before it is live',
  write: 'on all servers at once, or on none',
  rebuild: 'beside what the live release reads; where it cannot be made, all servers go back',
  'go live': 'on all servers at once, or on none',
  'check live': 'where one does not answer, all servers go back',
  confirm: 'until here each server goes back by itself when nobody says that it stays',
  after: 'the release is live',
  workers: 'each finishes its job, and comes back in the live release',
  finish: 'old releases go; one that is in use, or holds what nobody else has, stays',
}

// Why a stage is one of its own; undefined where its name says enough.
export function whyStage(name: string): string | undefined {
  const stage = readStageName(name)
  if (stage === undefined) return undefined
  const why = WHY[stage.phase]
  if (stage.wave === undefined || stage.phase === 'deploy') return why
  const others =
    `a wave: these servers reload while the others of their apps ` +
    `answer${stage.wave.at === stage.wave.of ? '' : '; the next one begins once all of these are done'}`
  return why === undefined ? others : `${why}; ${others}`
}
