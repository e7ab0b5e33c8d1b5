import type { PushesFact } from '../model/fact.ts'
import { environmentTag, type PlannedPush, type PushedServer } from '../model/push.ts'

// What a server of an app has, and the bytes that it shall have.
export type Pushing = { server: string; has: Uint8Array | undefined; wanted: Uint8Array; undoes: string | null; live: string | null; pushes: PushesFact }

// A push as all servers know it: one that was interrupted is gone on with where it brought what is wanted now, and only what it left
// undone is done. Undefined where nothing is. Pure.
export function namePush(app: string, does: PlannedPush['does'], pushing: readonly Pushing[], fresh: { id: string; key: string }): PlannedPush | undefined {
  const open = openPush(does, pushing)
  const tag = (bytes: Uint8Array) => environmentTag(fresh.key, bytes)
  if (open === undefined && pushing.every(({ has, wanted }) => has !== undefined && tag(has) === tag(wanted))) return undefined
  const servers = pushing.map(({ server, has, wanted, undoes, live }): PushedServer => ({ name: server, was: has === undefined ? null : tag(has), tag: tag(wanted), live, undoes }))
  return {
    app,
    does,
    ...fresh,
    id: open ?? fresh.id,
    servers: servers.sort((a, b) => (a.name < b.name ? -1 : 1)),
    notes: open === undefined ? [] : ['it was begun before: what is done is found, and not done again'],
  }
}

// One that is not settled on some server, and lies on all where it was written.
function openPush(does: PlannedPush['does'], pushing: readonly Pushing[]): string | undefined {
  const isOpen = ({ armed, confirmed, settled }: PushesFact['pushes'][number]) => armed || (confirmed && !settled)
  const ids = [...new Set(pushing.flatMap(({ pushes }) => pushes.pushes.filter((push) => isOpen(push) && (push.undoes !== null) === (does === 'rollback')).map(({ id }) => id)))].sort()
  return ids.reverse().find((id) =>
    pushing.every(({ has, wanted, pushes }) => {
      const here = pushes.pushes.find((push) => push.id === id)
      return here === undefined || !(here.armed || here.confirmed) || (has !== undefined && Buffer.compare(has, wanted) === 0)
    }),
  )
}
