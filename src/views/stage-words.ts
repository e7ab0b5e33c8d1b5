const WHY = {
  provision: undefined,
  configure: 'what is new answers before nginx sends requests there',
  retire: 'what no definition wants any more goes once nothing uses it',
}

// Why a stage is one of its own; undefined where its name says enough.
export function whyStage(name: string): string | undefined {
  const [, phase, wave, of] = /^(configure|provision|retire)(?: (\d+) of (\d+))?$/.exec(name) ?? []
  const why = phase === undefined ? undefined : WHY[phase as keyof typeof WHY]
  if (wave === undefined) return why
  const others = `a wave: these servers reload while the others of their apps answer${wave === of ? '' : '; the next one begins once all of these are done'}`
  return why === undefined ? others : `${why}; ${others}`
}
