import { FlightError } from '../../model/errors.ts'
import type { ReleaseFact, ReleasesFact } from '../../model/fact.ts'
import type { PlannedRelease, ReleaseWish } from '../../model/release.ts'

// What each server of an app that could be asked says of its releases.
export type Known = readonly { server: string; said: ReleasesFact }[]

// Which release is meant, by the name that it has or gets on every
// server. Pure. FLIGHT_RELEASE where there is none to go back to.
export function nameRelease(wish: ReleaseWish, known: Known): PlannedRelease {
  switch (wish.does) {
    case 'release':
      return nameNew(wish, known)
    case 'rollback':
      return nameEarlier(wish, known)
    case 'join':
      return {
        app: wish.app,
        does: 'release',
        name: wish.name,
        ...wish.note,
        turn: 1,
        joins: true,
        artifact: wish.artifact,
        without: [...wish.without].sort(),
        environmentFrom: wish.environmentFrom,
        notes: liveNotes(known),
      }
  }
}

// An unfinished release of this commit is gone on with, and one that is live is left as it is; otherwise the next
// number: a name that was used anywhere is not used again.
function nameNew(wish: Extract<ReleaseWish, { does: 'release' }>, known: Known): PlannedRelease {
  const prefix = wish.commit.slice(0, 12)
  const numbers = known.flatMap(({ said }) =>
    said.releases.flatMap(({ name }) => (name.startsWith(`${prefix}-`) ? [Number(name.slice(13))] : [])),
  )
  const last = Math.max(0, ...numbers)
  const goesOn = last > 0 && isOpen(`${prefix}-${last}`, known)
  const name = `${prefix}-${goesOn ? last : last + 1}`
  const { app, does, commit, without } = wish
  // Of one that is gone on with, what root noted when it was unpacked: nothing else is sent.
  const { tree, subject, ref } = (goesOn ? noteOf(name, known) : undefined) ?? wish
  return {
    app,
    does,
    name,
    commit,
    tree,
    subject,
    ref,
    turn: 1,
    joins: false,
    artifact: (goesOn ? noteOf(name, known)?.artifact : undefined) ?? null,
    without: [...without].sort(),
    environmentFrom: null,
    notes: [
      ...liveNotes(known),
      ...(goesOn && !isLiveEverywhere(name, known)
        ? [`release ${name} was begun before: what is done is found, and not done again`]
        : []),
    ],
  }
}

// What was noted of a release that was unpacked: the same on every server.
function noteOf(name: string, known: Known): ReleaseFact['note'] {
  return known.flatMap(({ said }) => said.releases.find((release) => release.name === name)?.note ?? [])[0]
}

function isOpen(name: string, known: Known): boolean {
  const of = known.flatMap(({ said }) => said.releases.filter((release) => release.name === name))
  if (of.some((release) => release.pruned || hasFailed(release))) return false
  const isLive = known.some(({ said }) => liveOf(said) === name)
  return isLive || of.every(({ good }) => good === undefined)
}

function hasFailed({ failed, commands }: ReleaseFact): boolean {
  return failed !== undefined || commands.some(({ state }) => state.is === 'ended' && state.code !== 0)
}

// Without a name: the last one that was live and healthy on all servers before the one that is live now.
function nameEarlier(wish: Extract<ReleaseWish, { does: 'rollback' }>, known: Known): PlannedRelease {
  const healthy = healthyEverywhere(known)
  const found = wish.name === undefined ? healthyBefore(healthy, known) : named(wish.app, wish.name, healthy, known)
  if (found === undefined)
    throw refused(
      wish.app,
      'there is no release to go back to: none was live and healthy on all servers before the one that is live now',
      `flight app:releases ${wish.app} shows what is there`,
    )
  const { name, note } = found
  const warnings = migrationsSince(name, known)
  const turns = known.flatMap(({ said }) =>
    said.releases
      .filter((release) => release.name === name)
      .flatMap(({ turns: times, commands }) => [
        times,
        ...commands.flatMap(({ key }) => Number(/^(?:cache|after)-(\d+)-\d+-[0-9a-f]+$/.exec(key)?.[1] ?? 0)),
      ]),
  )
  return {
    app: wish.app,
    does: 'rollback',
    name,
    commit: note.commit,
    tree: note.tree,
    subject: note.subject,
    ref: note.ref,
    turn: Math.max(...turns) + 1,
    joins: false,
    artifact: null,
    without: [...wish.without].sort(),
    environmentFrom: null,
    notes: liveNotes(known),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}

// Each release knows which one was live when it first went live: one that was gone back from is on nobody's way. Where
// servers serve different releases, a way back was interrupted half way: it goes on to the older one; where all serve
// one and not all that follows from it was done, it goes on with that.
function healthyBefore(healthy: readonly Healthy[], known: Known): Healthy | undefined {
  const live = new Set(known.flatMap(({ said }) => liveOf(said) ?? []))
  const [only, ...rest] = live
  const isOpen =
    rest.length === 0 &&
    known.some(({ said }) => said.releases.some((release) => release.name === only && !release.settled))
  const goesOn = isOpen ? healthy.find(({ name }) => name === only) : undefined
  if (goesOn !== undefined) return goesOn
  const beforeOf = (name: string) =>
    known.flatMap(({ said }) => said.releases.find((release) => release.name === name)?.before ?? [])[0]
  const ways = [...live].map((name) => {
    const way: string[] = []
    for (let at = beforeOf(name); at !== undefined && !way.includes(at); at = beforeOf(at)) way.push(at)
    return way
  })
  const longest = ways.sort((a, b) => b.length - a.length)[0] ?? []
  return longest.flatMap((name) => healthy.find((release) => release.name === name) ?? [])[0]
}

type Healthy = { name: string; good: number; note: NonNullable<ReleaseFact['note']> }

// The releases that are there on every server and were live and healthy on all of them, the oldest first.
function healthyEverywhere(known: Known): Healthy[] {
  const [first] = known
  if (first === undefined) return []
  return first.said.releases
    .flatMap(({ name }): Healthy[] => {
      const of = known.map(({ said }) => said.releases.find((release) => release.name === name))
      const good = of.map((release) =>
        release !== undefined && release.present && release.failed === undefined ? release.good : undefined,
      )
      const note = of[0]?.note
      return note === undefined || good.some((when) => when === undefined)
        ? []
        : [{ name, good: Math.max(...good.map((when) => when ?? 0)), note }]
    })
    .sort((a, b) => a.good - b.good || (a.name < b.name ? -1 : 1))
}

function named(app: string, written: string, healthy: readonly Healthy[], known: Known): Healthy {
  const all = [
    ...new Set(known.flatMap(({ said }) => said.releases.filter(({ pruned }) => !pruned).map(({ name }) => name))),
  ].sort()
  const meant = all.filter((name) => name === written || (written.length >= 4 && name.startsWith(written)))
  const usable = healthy.map(({ name }) => name).join(', ') || 'none'
  if (meant.length !== 1)
    throw refused(
      app,
      meant.length === 0 ? `there is no release ${written}` : `${written} may be ${meant.join(' or ')}`,
      `to go back to are: ${usable}`,
    )
  const found = healthy.find(({ name }) => name === meant[0])
  if (found === undefined)
    throw refused(app, `release ${meant[0]} was not live and healthy on all servers`, `to go back to are: ${usable}`)
  return found
}

// Each server's own clock says what came after what.
function migrationsSince(target: string, known: Known): string[] {
  const between = known.flatMap(({ said }) => {
    const since = said.releases.find(({ name }) => name === target)?.good ?? 0
    return said.releases
      .filter(
        (release) =>
          release.turns > 0 &&
          (release.good ?? release.live ?? 0) > since &&
          release.commands.some(
            ({ key, command, state }) =>
              key.startsWith('deploy-') && /\bmigrate\b/.test(command) && state.is === 'ended',
          ),
      )
      .map(({ name }) => name)
  })
  const names = [...new Set(between)].sort()
  return names.length === 0
    ? []
    : [
        `migrations were called since that release was live (in ${names.join(', ')}): what they changed is not ` +
          `taken back, so look whether its code understands the database of today`,
      ]
}

function liveNotes(known: Known): string[] {
  const servers = new Map<string, string[]>()
  for (const { server, said } of known) {
    const live = liveOf(said) ?? 'no release'
    servers.set(live, [...(servers.get(live) ?? []), server])
  }
  return [...servers].map(([live, on]) => `live now: ${live} on ${on.join(', ')}`).sort()
}

function isLiveEverywhere(name: string, known: Known): boolean {
  return known.every(({ said }) => liveOf(said) === name)
}

function liveOf({ current }: ReleasesFact): string | undefined {
  return current.is === 'release' ? current.name : undefined
}

function refused(app: string, what: string, hint: string): FlightError {
  return new FlightError({ code: 'FLIGHT_RELEASE', where: app, what, hint })
}
