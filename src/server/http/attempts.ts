// How often somebody failed to show a right token, by where they ask from.
export type Attempts = {
  heldFor(group: string): number // seconds until the next attempt is looked at; 0: now
  failed(group: string): void
}

const FREE = 10 // failures within a minute
const MINUTE = 60_000
const LONGEST = 60 * MINUTE

// Counts failures; after ten within a minute nothing is looked at for a minute, then two, four, up to an hour. Holds at
// most `most` entries: the oldest is forgotten first.
export function countingAttempts(now: () => number, most = 10_000): Attempts {
  const entries = new Map<string, { since: number; failures: number; until: number; times: number }>()
  return {
    heldFor: (group) => Math.max(0, Math.ceil(((entries.get(group)?.until ?? 0) - now()) / 1000)),
    failed: (group) => {
      const time = now()
      const old = entries.get(group)
      const isFresh = old === undefined || time - old.since > MINUTE
      const times = old === undefined || time - old.until > LONGEST ? 0 : old.times
      const entry = {
        since: isFresh ? time : old.since,
        failures: isFresh ? 1 : old.failures + 1,
        until: old?.until ?? 0,
        times,
      }
      if (entry.failures >= FREE)
        Object.assign(entry, { failures: 0, times: times + 1, until: time + Math.min(MINUTE * 2 ** times, LONGEST) })
      entries.delete(group)
      entries.set(group, entry)
      const [oldest] = entries.keys()
      if (entries.size > most && oldest !== undefined) entries.delete(oldest)
    },
  }
}
