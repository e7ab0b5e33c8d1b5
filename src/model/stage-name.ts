// What the servers of a stage do together; `wave` counts from 1 where they do it one part after the other.
export type StageName = { phase: Phase; wave?: { at: number; of: number } }

// The stages of what is done on all servers or on none, a release or a push of an environment file, in their order.
export const RELEASE_PHASES = [
  'prepare',
  'deploy',
  'check',
  'write',
  'rebuild',
  'go live',
  'check live',
  'confirm',
  'after',
  'workers',
  'finish',
] as const
export type ReleasePhase = (typeof RELEASE_PHASES)[number]
export type Phase = 'provision' | 'configure' | 'retire' | ReleasePhase

const NAME = new RegExp(`^(provision|configure|retire|${RELEASE_PHASES.join('|')})(?: (\\d+) of (\\d+))?$`)

export function stageName({ phase, wave }: StageName): string {
  return wave === undefined ? phase : `${phase} ${wave.at} of ${wave.of}`
}

// The other way round; undefined for a name that this Flight does not give.
export function readStageName(name: string): StageName | undefined {
  const [, phase, at, of] = NAME.exec(name) ?? []
  if (phase === undefined) return undefined
  return { phase: phase as Phase, ...(at === undefined ? {} : { wave: { at: Number(at), of: Number(of) } }) }
}
