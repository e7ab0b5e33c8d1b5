import type { App } from '../../model/definitions.ts'
import type { ReleasesFact } from '../../model/fact.ts'
import type { FleetApp, LiveRelease } from '../../model/fleet.ts'
import { names } from '../../views/words.ts'
import { releaseRows } from '../release/release-rows.ts'

// What one server said of an app, or why it could not be asked.
export type SeenOn =
  | { app: string; server: string; said: ReleasesFact; unhealthy: string | undefined }
  | { app: string; server: string; silent: string }

// What all servers of an app serve, and how that is. Pure. What is worst is said.
export function seenApp({ name, cluster, servers }: App, seen: readonly SeenOn[]): FleetApp {
  const heard = seen.flatMap((on) => ('said' in on ? [on] : []))
  const silent = seen.flatMap((on) => ('silent' in on ? [on] : []))
  const rows = releaseRows(heard)
  const live = rows.flatMap((row): LiveRelease[] =>
    row.live.length === 0
      ? []
      : [
          {
            release: row.release,
            commit: row.commit ?? '',
            subject: row.subject ?? '',
            since: row.since ?? null,
            by: row.who ?? '',
            servers: row.live,
          },
        ],
  )
  const app = { name, cluster, servers: servers.map((on) => on.name), live }
  const without = heard.filter(({ said }) => said.current.is !== 'release').map(({ server }) => server)
  const unhealthy = heard.flatMap(({ server, unhealthy: why }) => (why === undefined ? [] : [`${server}: ${why}`]))
  if (seen.length === 0) return { ...app, health: 'unknown', why: 'it is on no server' }
  if (unhealthy.length > 0) return { ...app, health: 'unhealthy', why: unhealthy.join('; ') }
  if (silent.length > 0)
    return { ...app, health: 'silent', why: silent.map(({ server, silent: why }) => `${server}: ${why}`).join('; ') }
  if (live.length === 0) return { ...app, health: 'none live', why: 'it was not released yet' }
  if (live.length > 1 || without.length > 0)
    return {
      ...app,
      health: 'differs',
      why: [
        ...live.map(({ release, servers: on }) => `${release} on ${names(on, 6)}`),
        ...(without.length === 0 ? [] : [`none on ${names(without, 6)}`]),
      ].join(', '),
    }
  return { ...app, health: 'ok', why: '' }
}
