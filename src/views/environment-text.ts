import type { Comparison } from '../environment/compare.ts'
import type { ServersComparison } from '../environment/compare-servers.ts'
import { inColorOf, paintFor } from './paint.ts'
import { count, names } from '../model/words.ts'

type Shape = { color: boolean; keys?: number } // keys: how many are shown

// The keys that differ, and never a value.
export function comparisonText(
  what: string,
  { added, removed, changed, identical }: Comparison,
  { color, keys = Infinity }: Shape,
): string {
  const signed = (symbol: '+' | '-' | '~', keys: readonly string[]) =>
    keys.map((key) => inColorOf(symbol, `  ${symbol} ${key}`, paintFor(color)))
  const lines = [...signed('+', added), ...signed('-', removed), ...signed('~', changed)]
  if (lines.length > 0)
    return [
      `${what}: ${count(lines.length, 'key')} ${lines.length === 1 ? 'differs' : 'differ'}`,
      ...(lines.length <= keys ? lines : [...lines.slice(0, keys), `  and ${lines.length - keys} more`]),
    ].join('\n')
  return `${what}: ${identical ? 'the same' : 'the same keys and values; comments, order or quotes differ'}`
}

// On which keys the servers of an app differ among each other, with who agrees with whom.
export function serversText(app: string, { keys, files }: ServersComparison, { color }: Shape): string {
  if (files.length <= 1)
    return `${app}: ${
      files.length === 0 ? 'no server has an environment file' : `the same file on ${names(files[0] ?? [], 8)}`
    }`
  const groups = files.map((servers) => names(servers, 8)).join(' | ')
  if (keys.length === 0)
    return `${app}: the same keys and values everywhere; comments, order or quotes differ: ${groups}`
  const lines = keys.map(
    ({ key, groups: agreements }) =>
      `  ! ${key}: ` +
      agreements.map(({ set, servers }) => `${set ? 'one value' : 'not set'} on ${names(servers, 8)}`).join('; '),
  )
  return [
    `${app}: its servers differ on ${count(keys.length, 'key')}`,
    ...lines.map((line) => inColorOf('!', line, paintFor(color))),
  ].join('\n')
}

// How a file here and the servers' files differ. `since`: what each side did since the file was pulled.
export function differenceText(
  {
    app,
    file,
    servers,
    without,
    against,
    since,
  }: {
    app: string
    file: string | undefined
    servers: ServersComparison
    without: readonly string[]
    against: readonly (Comparison & { servers: readonly string[] })[]
    since: { server: string; here: Comparison; there: Comparison } | undefined
  },
  shape: Shape,
): string {
  return [
    ...(file === undefined || servers.files.length > 1 || without.length > 0 ? [serversText(app, servers, shape)] : []),
    ...(without.length === 0 ? [] : [`no environment file yet on ${names(without, 8)}`]),
    ...against.map((each) => comparisonText(`${file} against ${names(each.servers, 8)}`, each, shape)),
    ...(since === undefined
      ? []
      : [
          comparisonText('edited here since it was pulled', since.here, shape),
          comparisonText(`changed on ${since.server} since it was pulled`, since.there, shape),
        ]),
  ].join('\n')
}
