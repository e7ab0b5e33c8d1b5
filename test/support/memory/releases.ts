import { appPaths, releasePaths } from '../../../src/model/app-paths.ts'
import type { ReleaseFact, ReleasesFact } from '../../../src/model/fact.ts'
import { type ErrorCode, type FlightError } from '../../../src/model/errors.ts'
import { RELEASE_NAME, type ReleaseNote } from '../../../src/model/release.ts'
import type { CheckStep, CommandStep, LiveStep, PruneStep, UnpackStep } from '../../../src/model/step.ts'
import type { Machine } from './machine.ts'
import { entryAt, makeFolders, pathsBelow, putInPlace, Refused, removeAt } from './tree.ts'

// What root notes of the releases of apps, and what the app's folder then holds.

export type Noted = {
  note: ReleaseNote | undefined
  lives: number
  before: string | undefined
  live: number | undefined
  armed: string | null | undefined // null: nothing was live before
  confirmed: boolean
  settled: boolean
  was: string | null | undefined // what was live before, once it was confirmed
  good: number | undefined
  failed: string | undefined
  kept: string | undefined
  pruned: boolean
  commands: Map<string, { command: string; code: number }>
}

type Failed = (code: ErrorCode, what: string) => FlightError

export function notedOf(machine: Machine, app: string, release: string): Noted {
  const of = machine.releases.get(app) ?? new Map<string, Noted>()
  machine.releases.set(app, of)
  const found = of.get(release) ?? {
    note: undefined,
    lives: 0,
    before: undefined,
    live: undefined,
    armed: undefined,
    confirmed: false,
    settled: false,
    was: undefined,
    good: undefined,
    failed: undefined,
    kept: undefined,
    pruned: false,
    commands: new Map(),
  }
  of.set(release, found)
  return found
}

export function releasesFact(machine: Machine, app: string): ReleasesFact {
  const { current } = appPaths(app)
  const entry = entryAt(machine, current)
  const live = liveOf(machine, app)
  return {
    current:
      entry === undefined
        ? { is: 'absent' }
        : live === null
          ? { is: 'other', what: entry.type === 'link' ? `points to ${entry.target}` : 'is no link' }
          : { is: 'release', name: live },
    releases: [...(machine.releases.get(app) ?? [])]
      .map(([name, noted]) => factOf(machine, app, name, noted))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function factOf(
  machine: Machine,
  app: string,
  name: string,
  { note, lives, before, live, confirmed, settled, good, failed, kept, pruned, commands }: Noted,
): ReleaseFact {
  const present = entryAt(machine, releasePaths(app, name).folder)?.type === 'directory'
  return {
    name,
    note,
    present,
    pruned,
    live,
    turns: lives,
    before,
    confirmed,
    settled,
    good,
    failed,
    kept,
    commands: [...commands].sort().map(([key, { command, code }]) => ({ key, command, state: { is: 'ended', code } })),
  }
}

// The release that `current` points to; null for none.
export function liveOf(machine: Machine, app: string): string | null {
  const entry = entryAt(machine, appPaths(app).current)
  const name = entry?.type === 'link' ? entry.target.replace(/^releases\//, '') : ''
  return RELEASE_NAME.test(name) ? name : null
}

export function unpack(machine: Machine, { app, release, note }: UnpackStep): void {
  const noted = notedOf(machine, app, release)
  if (noted.note !== undefined) return
  makeFolders(machine, releasePaths(app, release).folder, app)
  noted.note = note
}

// What ends with `exit 1` fails, as every command that does.
export function runCommand(machine: Machine, { app, release, key, command }: CommandStep, failed: Failed): void {
  const { commands } = notedOf(machine, app, release)
  if (commands.get(key)?.code === 0) return
  const isThere = entryAt(machine, releasePaths(app, release).folder) !== undefined
  if (isThere) machine.ran.push({ app, release, key })
  const code = !isThere ? 2 : command.endsWith('exit 1') ? 1 : 0
  commands.set(key, { command, code })
  if (code !== 0) throw failed('FLIGHT_COMMAND_FAILED', `${command} ended with exit code ${code} and said nothing`)
}

export function check(machine: Machine, { app, release, through, check: wanted }: CheckStep, failed: Failed): void {
  if (through.is === 'site' && liveOf(machine, app) !== release)
    throw failed('FLIGHT_UNHEALTHY', `current does not point to ${release} any more`)
  if (wanted !== null && machine.sick.has(through.is))
    throw failed('FLIGHT_UNHEALTHY', `the release ${release} answered 500, wanted is ${wanted.status}`)
}

export function performLive(machine: Machine, { app, release, does, previous }: LiveStep): void {
  const noted = notedOf(machine, app, release)
  const live = liveOf(machine, app)
  switch (does) {
    case 'ready':
      if (entryAt(machine, releasePaths(app, release).folder) === undefined) throw new Refused('no such folder')
      return
    case 'switch':
      if (live === release) return
      noted.confirmed = false
      noted.settled = false
      noted.was = undefined
      noted.armed = live
      if (noted.lives === 0) noted.before = live ?? undefined
      lead(machine, app, release)
      noted.lives += 1
      noted.live = machine.clock
      return
    case 'confirm':
      if (live !== release) throw new Refused('the server went back by itself: nobody confirmed in time')
      noted.confirmed = true
      if (noted.armed !== undefined) noted.was = noted.armed
      noted.armed = undefined
      return
    case 'back':
      const was = noted.armed === undefined ? noted.was : noted.armed
      if (live === release && (was !== undefined || previous !== release))
        lead(machine, app, was === undefined ? previous : was)
      noted.armed = undefined
      noted.was = undefined
      noted.confirmed = false
      noted.settled = false
      return
    case 'settle':
      noted.good ??= machine.clock
      noted.settled = true
  }
}

// What a server does by itself when nobody confirms for too long.
export function goBackUnconfirmed(machine: Machine): void {
  for (const [app, of] of machine.releases) {
    for (const [release, noted] of of) {
      if (noted.armed === undefined) continue
      if (liveOf(machine, app) === release) lead(machine, app, noted.armed)
      noted.armed = undefined
      noted.confirmed = false
      noted.settled = false
    }
  }
}

function lead(machine: Machine, app: string, release: string | null): void {
  const { current } = appPaths(app)
  if (release === null) removeAt(machine, current)
  else putInPlace(machine, current, { type: 'link', target: `releases/${release}`, owner: app, group: app })
}

export function prune(machine: Machine, { app, release, releases }: PruneStep): void {
  for (const name of releases) {
    if (liveOf(machine, app) === name) {
      notedOf(machine, app, name).kept = `${release} it is live`
      continue
    }
    for (const path of pathsBelow(machine, releasePaths(app, name).folder).reverse()) removeAt(machine, path)
    const noted = notedOf(machine, app, name)
    machine.releases.get(app)?.set(name, {
      ...noted,
      note: undefined,
      lives: 0,
      before: undefined,
      live: undefined,
      armed: undefined,
      confirmed: false,
      settled: false,
      was: undefined,
      good: undefined,
      failed: undefined,
      kept: undefined,
      pruned: true,
      commands: new Map(),
    })
  }
}

// Notes why a release is not to be used, unless it was good once.
export function fail(machine: Machine, app: string, release: string, why: string): void {
  if (machine.releases.get(app)?.has(release) !== true) return
  const noted = notedOf(machine, app, release)
  if (noted.good === undefined) noted.failed ??= why
}
