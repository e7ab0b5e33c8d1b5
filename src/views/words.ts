import { onOneLine } from '../model/printable.ts'

// 1 file, 3 files.
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

// The first names of a list and how many more there are: web-1, web-2 and 48 more.
export function names(list: readonly string[], most: number): string {
  const shown = list.length <= most + 1 ? list : list.slice(0, most)
  const text = shown.map(onOneLine).join(', ')
  return shown.length === list.length ? text : `${text} and ${list.length - shown.length} more`
}

// The same list without repetitions, in an order that no locale changes.
export function sorted(list: Iterable<string>): string[] {
  return [...new Set(list)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

// 0.4 s, 41 s, 2 min 5 s, 1 h 3 min.
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

// The digest as people say it: its first 12 hex digits.
export function shortDigest(digest: string): string {
  return onOneLine(digest)
    .replace(/^sha256:/, '')
    .slice(0, 12)
}

// SERVER/KIND/NAME without the server, as people say it: file /etc/nginx/nginx.conf, workers of shop, release
// 3f9a1c2b7d04-1 of shop, environment file of shop (write).
export function withoutServer(address: string, server: string): string {
  const rest = address.startsWith(`${server}/`) ? address.slice(server.length + 1) : address
  const [, kind, app, release, part] =
    /^(live|prune|command|health|release)\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(rest) ?? []
  if (kind !== undefined) return onOneLine(partOfRelease(kind, `${release} of ${app}`, part ?? ''))
  return onOneLine(
    rest
      .replace(/^programs\//, 'workers of ')
      .replace(/^push\/([^/]+)\/[^/]+\/(\w+)$/, 'environment file of $1 ($2)')
      .replace(/^environment\//, 'environment file ')
      .replace(/^([a-z-]+)\//, '$1 '),
  )
}

function partOfRelease(kind: string, release: string, part: string): string {
  switch (kind) {
    case 'command':
      return `${part} in ${release}`
    case 'health':
      return `${release} through its ${part}`
    case 'prune':
      return `old releases for ${release}`
    default:
      return `release ${release}`
  }
}
