import { PUSH_ID } from '../../../src/model/push.ts'
import type { PushesFact } from '../../../src/model/fact.ts'
import { Secret } from '../../../src/model/secret.ts'
import type { PushStep } from '../../../src/model/step.ts'
import type { ErrorCode, FlightError } from '../../../src/model/errors.ts'
import type { Machine } from './machine.ts'
import { contentAt, entryAt, putInPlace, Refused, removeAt } from './tree.ts'

// What root notes of the pushes of environment files, and what the app's folder then holds.

// `was`: what the push replaced, null for nothing, undefined
// before it was written. `staged`: what lies beside the file.
export type Pushed = {
  was: Uint8Array | null | undefined
  path: string
  armed: boolean
  confirmed: boolean
  settled: boolean
  undoes: string | null
  parent: string | undefined
  generationWas: number
}
// `generation`: which of all the files that lay there it is, for those who ask whether they have read it. `fussy`: no
// cached configuration can be made of a file with this text.
export type AppPushes = {
  at: string | undefined
  pushes: Map<string, Pushed>
  staged: Uint8Array | undefined
  generation: number
  generations: number
  cached: string | undefined
  fussy: string | undefined
}

export function pushesOf(machine: Machine, app: string): AppPushes {
  const of = machine.pushes.get(app) ?? {
    at: undefined,
    pushes: new Map(),
    staged: undefined,
    generation: 0,
    generations: 0,
    cached: undefined,
    fussy: undefined,
  }
  machine.pushes.set(app, of)
  return of
}

export function pushesFact(machine: Machine, app: string, previous: boolean): PushesFact {
  const { at, pushes } = pushesOf(machine, app)
  const was = at === undefined ? undefined : pushes.get(at)?.was
  return {
    at,
    pushes: [...pushes]
      .map(([id, { armed, confirmed, settled, undoes }]) => ({ id, armed, stuck: false, confirmed, settled, undoes }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    previous:
      previous && was !== undefined && was !== null ? new Secret(Buffer.from(was).toString('base64')) : undefined,
  }
}

export function performPush(
  machine: Machine,
  step: PushStep,
  failed: (code: ErrorCode, what: string) => FlightError,
): void {
  const { app, id, path, live } = step
  if (!PUSH_ID.test(id)) throw new Refused(`no push is named ${id}`)
  const of = pushesOf(machine, app)
  const pushed = of.pushes.get(id) ?? {
    was: undefined,
    path,
    armed: false,
    confirmed: false,
    settled: false,
    undoes: null,
    parent: undefined,
    generationWas: 0,
  }
  of.pushes.set(id, pushed)
  const text = () => contentAt(machine, path)?.toString('utf8') ?? ''
  switch (step.does) {
    case 'stage':
      if (!pushed.confirmed) of.staged = Buffer.from(step.content?.reveal() ?? '', 'base64')
      return
    case 'write':
      if (pushed.confirmed) return
      const isAgain = pushed.armed
      if (!isAgain) {
        const entry = entryAt(machine, path)
        if (entry !== undefined && entry.type !== 'file') throw new Refused(`${path} cannot be read as ${app}`)
        Object.assign(pushed, {
          was: entry?.content ?? null,
          parent: of.at,
          undoes: step.undoes,
          armed: true,
          generationWas: of.generation,
        })
      }
      if (!isAgain && of.staged === undefined) throw new Refused('what was sent is not there any more')
      if (of.staged !== undefined)
        putInPlace(machine, path, { type: 'file', content: of.staged, mode: '600', owner: app, group: app })
      of.staged = undefined
      of.generation = of.generations += 1
      return
    case 'rebuild':
      if (live !== null && of.fussy !== undefined && text().includes(of.fussy))
        throw failed('FLIGHT_STEP_FAILED', `the configuration that ${live} caches cannot be made of it`)
      return
    case 'show':
      of.cached = text()
      if (live !== null) of.generation = of.generations += 1
      return
    case 'confirm':
      if (pushed.confirmed) return
      if (!pushed.armed) throw new Refused('the server went back by itself: nobody confirmed in time')
      of.at = step.undoes === null ? id : of.pushes.get(step.undoes)?.parent
      for (const other of of.pushes.values()) if (other.confirmed) other.settled = true
      Object.assign(pushed, { confirmed: true, armed: false })
      return
    case 'settle':
      pushed.settled = true
      const kept = [id]
      for (
        let name = of.at, turns = 0;
        name !== undefined && of.pushes.has(name) && turns < 5;
        name = of.pushes.get(name)?.parent, turns++
      )
        kept.push(name)
      for (const [name, { armed }] of of.pushes) if (!armed && !kept.includes(name)) of.pushes.delete(name)
      return
    case 'back':
      of.staged = undefined
      return back(machine, app, pushed)
  }
}

// What a server does by itself when nobody confirms for too long.
export function takeBackUnconfirmed(machine: Machine): void {
  for (const [app, { pushes }] of machine.pushes)
    for (const pushed of pushes.values()) if (pushed.armed) back(machine, app, pushed)
}

function back(machine: Machine, app: string, pushed: Pushed): void {
  const of = pushesOf(machine, app)
  if (!pushed.armed && !pushed.confirmed) return
  if (pushed.was === null) removeAt(machine, pushed.path)
  else if (pushed.was !== undefined)
    putInPlace(machine, pushed.path, { type: 'file', content: pushed.was, mode: '600', owner: app, group: app })
  if (of.cached !== undefined) of.cached = contentAt(machine, pushed.path)?.toString('utf8') ?? ''
  of.at = pushed.parent
  of.generation = pushed.generationWas
  Object.assign(pushed, { armed: false, confirmed: false, settled: false })
}
