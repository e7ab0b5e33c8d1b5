import type { Html } from './jsx-runtime.ts'

const DAY = 86_400

// How long ago that was, or how soon it will be; templates/page/live.js says the same.
export function ago(seconds: number): string {
  const size = Math.abs(seconds)
  if (size < 5) return 'just now'
  const amount =
    size < 60
      ? `${Math.floor(size)} s`
      : size < 3600
        ? `${Math.floor(size / 60)} min`
        : size < DAY
          ? `${Math.floor(size / 3600)} h`
          : `${Math.floor(size / DAY)} d`
  return seconds < 0 ? `in ${amount}` : `${amount} ago`
}

// How long something goes on already; templates/page/live.js says the same.
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

// 2026-05-04 03:02:01 UTC.
export function exact(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

// When that was, in relation to now; the exact time is its title.
export function timeAgo(iso: string, now: Date): Html {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return <span>at an unknown time</span>
  return (
    <time datetime={time.toISOString()} title={exact(time)} data-tick="ago">
      {ago((now.getTime() - time.getTime()) / 1000)}
    </time>
  )
}

// How long it goes on already, counted on in the browser.
export function timeSince(since: number, now: Date): Html | undefined {
  if (!Number.isFinite(since)) return undefined
  const time = new Date(since)
  return (
    <time datetime={time.toISOString()} title={`since ${exact(time)}`} data-tick="elapsed">
      {elapsed((now.getTime() - since) / 1000)}
    </time>
  )
}
