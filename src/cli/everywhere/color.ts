export type ColorChoice = { noColor: boolean; env: NodeJS.ProcessEnv; isTerminal: boolean }

// Whether a stream gets colours: --no-color, NO_COLOR and
// FORCE_COLOR are obeyed in this order, otherwise a terminal does.
export function wantsColor({ noColor, env, isTerminal }: ColorChoice): boolean {
  if (noColor || isSet(env['NO_COLOR'])) return false
  if (isSet(env['FORCE_COLOR'])) return env['FORCE_COLOR'] !== '0'
  return isTerminal && env['TERM'] !== 'dumb'
}

// Whether what goes to stdout is coloured.
export function colorOf(stream: NodeJS.WriteStream, flags: { 'no-color': boolean }): boolean {
  return wantsColor({ noColor: flags['no-color'], env: process.env, isTerminal: stream.isTTY === true })
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}
