import type { ReleasesFact } from '../../model/fact.ts'
import type { ReleaseRow } from '../../views/releases-text.ts'

// The releases that servers know, the newest first; those that are pruned are left out.
export function releaseRows(known: readonly { server: string; said: ReleasesFact }[]): ReleaseRow[] {
  const names = [
    ...new Set(known.flatMap(({ said }) => said.releases.filter(({ pruned }) => !pruned).map(({ name }) => name))),
  ]
  const rows = names.map((name): ReleaseRow => {
    const on = known.flatMap(({ server, said }) =>
      said.releases
        .filter((release) => release.name === name)
        .map((release) => ({ server, release, isLive: said.current.is === 'release' && said.current.name === name })),
    )
    const note = on.find(({ release }) => release.note !== undefined)?.release.note
    const live = on.filter(({ isLive }) => isLive)
    const since = Math.max(0, ...live.map(({ release }) => release.live ?? 0))
    const failed = on.find(({ release }) => release.failed !== undefined)
    return {
      release: name,
      state: stateOf(on, known.length),
      since: since === 0 ? undefined : new Date(since * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
      who: note?.who,
      made: note?.when,
      commit: note?.commit,
      subject: note?.subject,
      live: live.map(({ server }) => server),
      on: on.filter(({ release }) => release.present).map(({ server }) => server),
      without: known
        .map(({ server }) => server)
        .filter((server) => !on.some((each) => each.server === server && each.release.present)),
      why: failed === undefined ? undefined : failed.release.failed,
    }
  })
  return rows.sort((a, b) =>
    (a.made ?? '') < (b.made ?? '') ? 1 : (a.made ?? '') > (b.made ?? '') ? -1 : a.release < b.release ? 1 : -1,
  )
}

type On = readonly { release: ReleasesFact['releases'][number]; isLive: boolean }[]

function stateOf(on: On, servers: number): ReleaseRow['state'] {
  const live = on.filter(({ isLive }) => isLive).length
  if (live > 0)
    return live === servers ? (on.every(({ release }) => release.confirmed) ? 'live' : 'not confirmed') : 'live on some'
  if (on.some(({ release }) => release.failed !== undefined)) return 'failed'
  if (on.length === servers && on.every(({ release }) => release.good !== undefined)) return 'good'
  return 'unfinished'
}
