import { isKind, kindOf } from '../kinds/kinds.ts'
import { onOneLine } from '../model/printable.ts'

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
  const [, kind = '', name = ''] = /^([a-z-]+)\/(.*)$/s.exec(rest) ?? []
  if (kind === '') return onOneLine(rest)
  return onOneLine((isKind(kind) ? kindOf(kind).called?.(name) : undefined) ?? `${kind} ${name}`)
}
