import { whyPhase } from '../engine/undertakings/registry.ts'
import { readStageName } from '../model/stage-name.ts'

// Why a stage is one of its own; undefined where its name says enough.
export function whyStage(name: string): string | undefined {
  const stage = readStageName(name)
  if (stage === undefined) return undefined
  const why = whyPhase(stage.phase)
  if (stage.wave === undefined || stage.phase === 'deploy') return why
  const others =
    `a wave: these servers reload while the others of their apps ` +
    `answer${stage.wave.at === stage.wave.of ? '' : '; the next one begins once all of these are done'}`
  return why === undefined ? others : `${why}; ${others}`
}
