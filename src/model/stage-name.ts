// What the servers of a stage do together; `wave` counts from 1 where they do it one part after the other.
export type StageName = { phase: 'provision' | 'configure' | 'retire'; wave?: { at: number; of: number } }

export function stageName({ phase, wave }: StageName): string {
  return wave === undefined ? phase : `${phase} ${wave.at} of ${wave.of}`
}

// The other way round; undefined for a name that this Flight does not give.
export function readStageName(name: string): StageName | undefined {
  const [, phase, at, of] = /^(provision|configure|retire)(?: (\d+) of (\d+))?$/.exec(name) ?? []
  if (phase === undefined) return undefined
  return { phase: phase as StageName['phase'], ...(at === undefined ? {} : { wave: { at: Number(at), of: Number(of) } }) }
}
