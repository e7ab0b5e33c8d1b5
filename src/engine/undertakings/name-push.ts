import type { PushesFact, PushFact } from '../../model/fact.ts'
import { environmentTag, type PlannedPush, type PushedServer } from '../../model/push.ts'

// What a server of an app has: its environment file, and what root noted of pushes there.
export type Pushable = { server: string; has: Uint8Array | undefined; live: string | null; pushes: PushesFact }

// What it shall have; `undoes`: the push whose file is taken back.
export type WantedPush = { bytes: Uint8Array; undoes: string | null }
export type Pushing = Pushable & { wanted: WantedPush }

// What taking the last push back brings to the servers that it reached, undefined
// where nothing is kept; the others keep what they have. A way back that was
// interrupted is gone on with: where it was, its file lies there already. Pure.
export function takingBack(servers: readonly Pushable[]): ReadonlyMap<string, WantedPush | undefined> {
  const open = openIds(servers, ({ undoes }) => undoes !== null).at(-1)
  const begun = servers.flatMap(({ pushes: { pushes } }) => pushes.filter(({ id }) => id === open))[0]
  const undone =
    begun === undefined
      ? servers
          .flatMap(({ pushes: { at } }) => at ?? [])
          .sort()
          .at(-1)
      : (begun.undoes ?? undefined)
  return new Map(
    servers.flatMap(({ server, has, pushes: { at, previous, pushes } }): [string, WantedPush | undefined][] => {
      const here = pushes.find(({ id, armed, confirmed }) => id === open && (armed || confirmed))
      if (here !== undefined && has !== undefined) return [[server, { bytes: has, undoes: here.undoes }]]
      if (undone !== undefined && at !== undone) return []
      return [
        [
          server,
          previous === undefined || at === undefined
            ? undefined
            : { bytes: Buffer.from(previous.reveal(), 'base64'), undoes: at },
        ],
      ]
    }),
  )
}

// A push as all servers know it: one that was interrupted is gone on with where it brought what is wanted now, and only
// what it left undone is done. Undefined where nothing is. Pure.
export function namePush(
  app: string,
  does: PlannedPush['does'],
  pushing: readonly Pushing[],
  fresh: { id: string; key: string },
): PlannedPush | undefined {
  const open = openPush(does, pushing)
  const tag = (bytes: Uint8Array) => environmentTag(fresh.key, bytes)
  // A way back moves on where the file is the same.
  if (
    open === undefined &&
    does === 'push' &&
    pushing.every(({ has, wanted }) => has !== undefined && tag(has) === tag(wanted.bytes))
  )
    return undefined
  const servers = pushing.map(({ server, has, wanted, live }): PushedServer => ({
    name: server,
    was: has === undefined ? null : tag(has),
    tag: tag(wanted.bytes),
    live,
    undoes: wanted.undoes,
  }))
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
  return openIds(pushing, ({ undoes }) => (undoes !== null) === (does === 'rollback'))
    .reverse()
    .find((id) =>
      pushing.every(({ has, wanted, pushes }) => {
        const here = pushes.pushes.find((push) => push.id === id)
        return (
          here === undefined ||
          !(here.armed || here.confirmed) ||
          (has !== undefined && Buffer.compare(has, wanted.bytes) === 0)
        )
      }),
    )
}

// The pushes that some server has not brought to their end, sorted.
function openIds(servers: readonly Pushable[], which: (push: PushFact) => boolean): string[] {
  const isOpen = ({ armed, confirmed, settled }: PushFact) => armed || (confirmed && !settled)
  return [
    ...new Set(
      servers.flatMap(({ pushes }) => pushes.pushes.filter((push) => isOpen(push) && which(push)).map(({ id }) => id)),
    ),
  ].sort()
}
