import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { serialize } from 'node:v8'
import { inTheWay, runOf } from '../../src/engine/host/long-step.ts'
import { factsOf } from '../../src/engine/host/probe.ts'
import { readFiles } from '../../src/engine/host/read-files.ts'
import { FlightError, onServer } from '../../src/model/errors.ts'
import type { LockClaim, Holder, Host, PlanLock, StepContext } from '../../src/model/host.ts'
import { KEPT, LOADED, MANIFEST } from '../../src/model/record.ts'
import type { Server } from '../../src/model/server.ts'
import type { Step } from '../../src/model/step.ts'
import { answersOf, manifestOf } from './memory/answers.ts'
import type { Machine } from './memory/machine.ts'
import { entryAt } from './memory/tree.ts'
import { performOn } from './memory/perform.ts'
import { unloadedPath } from './memory/services.ts'

// A server in memory that answers every question and performs every step; held against a real one by
// test/e2e/memory-server.test.ts, memory-apps.test.ts and memory-programs.test.ts.

// What goes wrong at the n-th step that is asked of a server, counted from 0 since the fault was set, or at the first
// of its sort; each happens once. again: the answer was lost and the step, if short, runs a second time. lost: the
// connection is gone for good. killed: the controller is. A long step that was on its way then goes on by itself.
export type Fault = {
  at: number | Step['step']
  is: 'fails' | 'again' | 'lost before' | 'lost after' | 'killed before' | 'killed after' | 'killed within'
}

// The process that runs Flight: once it is dead, nothing that it still says is heard.
export type Controller = { alive: boolean }

export class Killed extends Error {
  override name = 'Killed'
}

type Session = { controller: Controller; open: boolean }

// Steps that run as units of their own and outlive the connection.
const LONG: readonly Step['step'][] = ['install', 'download', 'unpack', 'command', 'prune']

export class MemoryServer {
  readonly name: string
  machine: Machine
  hostKey: string
  reachable = true
  readonly begun: { step: Step; id: string; plan: string }[] = [] // every time that a step began on the server
  readonly #history: string[] = []
  readonly #plans = new Set<string>() // that were begun
  #faults: Fault[] = []
  #asked = 0
  #running: { step: Step; id: string; plan: string } | undefined
  #held: { session: Session; holder: Holder; claim: LockClaim; lose: (why: string) => void }[] = []
  onPerformed: () => void = () => undefined

  constructor(name: string, machine: Machine) {
    this.name = name
    this.machine = machine
    this.hostKey = `SHA256:${createHash('sha256').update(name).digest('base64').replace('=', '')}`
  }

  set faults(faults: Fault[]) {
    this.#faults = [...faults]
    this.#asked = 0
  }

  get isLocked(): boolean {
    return this.#holding.length > 0
  }

  // Who is dead or cut off holds nothing.
  get #holding() {
    return this.#held.filter(({ session }) => session.open && session.controller.alive)
  }

  // Takes the lock from the run that holds it, as a silence of its heartbeat does; the connection stays.
  loseLock(): void {
    this.#held[0]?.lose('the connection was silent for too long')
  }

  // Whether a long step of a run that is over is still at work.
  get isBusy(): boolean {
    return this.#running !== undefined
  }

  // Lets a step that outlived its controller come to its end.
  settle(): void {
    const running = this.#running
    this.#running = undefined
    if (running !== undefined) performOn(this.machine, this.name, running.step, running.plan)
  }

  connect(controller: Controller): Host {
    const session: Session = { controller, open: true }
    const refuseIfGone = () => {
      if (!controller.alive) throw new Killed('the controller is dead')
      if (!session.open) throw this.#lost()
    }
    const asked = async <T>(answer: () => T): Promise<T> => {
      await Promise.resolve()
      refuseIfGone()
      return answer()
    }
    return {
      server: this.name,
      hostKey: this.hostKey,
      system: () => asked(() => this.machine.system),
      probe: (queries) => asked(() => factsOf(answersOf(this.machine, queries))),
      lock: (holder, plan, claim) => asked(() => this.#lock(session, holder, plan, claim)),
      begin: (plan) => asked(() => void this.#plans.add(plan)),
      holders: () => asked(() => this.#holding.map(({ holder }) => holder)),
      perform: (step, context) => asked(() => this.#perform(session, step, context)),
      record: (line) => asked(() => void this.#history.push(line)),
      history: () => asked(() => [...this.#history]),
      read: async (paths) => {
        await asked(() => undefined)
        return readFiles(filesOf(this.machine), paths)
      },
      close: () => {
        session.open = false
      },
    }
  }

  #lost(): FlightError {
    return new FlightError({ code: 'FLIGHT_CONNECTION_LOST', ...onServer(this.name), what: 'the connection was lost' })
  }

  #lock(session: Session, holder: Holder, plan: string, claim: LockClaim): PlanLock {
    const rival = this.#holding.find(
      (held) =>
        held.claim === 'server' ||
        claim === 'server' ||
        held.claim.some(({ app }) => claim.some((each) => each.app === app)),
    )
    if (rival !== undefined)
      throw new FlightError({ code: 'FLIGHT_LOCKED', ...onServer(this.name), what: `is held by ${rival.holder.who}` })
    if (
      this.#running !== undefined &&
      inTheWay([{ unit: `${runOf(this.#running.step, this.#running).unit}.service`, since: '' }], plan, claim).length >
        0
    )
      throw new FlightError({
        code: 'FLIGHT_LOCKED',
        ...onServer(this.name),
        what: 'a step of an earlier run is still running there',
      })
    let lose: (why: string) => void = () => undefined
    const lost = new Promise<string>((resolve) => (lose = resolve))
    this.#held = [...this.#holding, { session, holder, claim, lose }]
    return {
      hasBegun: this.#plans.has(plan),
      lost,
      release: async () => {
        this.#held = this.#held.filter((held) => held.session !== session)
      },
    }
  }

  #perform(session: Session, step: Step, { plan, id, progress }: StepContext): void {
    if (!this.#holding.some((held) => held.session === session))
      throw new Error(`bug: ${step.step} on ${this.name} without its lock`)
    const at = this.#asked++
    const fault = this.#faults.find((each) => each.at === at || each.at === step.step)
    this.#faults = this.#faults.filter((each) => each !== fault)
    const is = fault?.is
    if (is === 'lost before') return this.#break(session)
    if (is === 'killed before') return kill(session)
    if (is === 'fails')
      throw new FlightError({ code: 'FLIGHT_STEP_FAILED', ...onServer(this.name), what: 'it was made to fail' })
    this.#begin(step, id, plan, session, is)
    if (is === 'again') {
      progress('the connection was lost, trying again')
      if (!LONG.includes(step.step)) this.#begin(step, id, plan, session, undefined)
    }
    if (is === 'lost after') return this.#break(session)
    if (is === 'killed after') return kill(session)
    this.onPerformed()
  }

  #begin(step: Step, id: string, plan: string, session: Session, is: Fault['is'] | undefined): void {
    const running = this.#running
    if (running !== undefined && runOf(running.step, running).unit === runOf(step, { plan, id }).unit) {
      if (!isDeepStrictEqual(running.step, step))
        throw new Error(
          `bug: ${step.step} was taken for ${running.step.step}, which is still running under the same name`,
        )
      return this.settle()
    }
    if (running !== undefined && LONG.includes(step.step))
      throw new Error(`bug: ${step.step} began as ${id} while ${running.id} of the same plan is running`)
    this.begun.push({ step, id, plan })
    if (is === 'killed within' && LONG.includes(step.step)) {
      this.#running = { step, id, plan }
      return kill(session)
    }
    performOn(this.machine, this.name, step, plan)
    if (is === 'killed within') kill(session)
  }

  #break(session: Session): never {
    session.open = false
    throw this.#lost()
  }
}

function kill(session: Session): never {
  session.controller.alive = false
  throw new Killed('the controller was killed')
}

// How a controller reaches these servers.
export function connectTo(
  servers: readonly MemoryServer[],
  controller: Controller = { alive: true },
): (server: Server) => Promise<Host> {
  return async ({ name }) => {
    await Promise.resolve()
    const found = servers.find((server) => server.name === name)
    if (!controller.alive) throw new Killed('the controller is dead')
    if (found === undefined || !found.reachable)
      throw new FlightError({ code: 'FLIGHT_UNREACHABLE', ...onServer(name), what: 'cannot be reached' })
    return found.connect(controller)
  }
}

// Everything about machines, to the last tick of the clock: two that are the same have changed nothing in between.
export function traceOf(servers: readonly MemoryServer[]): string {
  return servers.map(({ machine }) => serialize(machine).toString('latin1')).join()
}

// What counts of a machine's state: without clock readings, what
// was kept under which plan, and how often a line was noted.
export function stateOf({ machine }: MemoryServer): unknown {
  const entries = [...machine.entries].filter(
    ([path]) => ![KEPT, LOADED, MANIFEST].some((own) => path === own || path.startsWith(`${own}/`)),
  )
  return {
    entries: Object.fromEntries(
      entries
        .sort()
        .map(([path, { changed: _changed, ...entry }]) => [
          path,
          'content' in entry ? { ...entry, content: Buffer.from(entry.content).toString('latin1') } : entry,
        ]),
    ),
    manifest: manifestOf(machine),
    packages: Object.fromEntries([...machine.packages].map(([name, { version }]) => [name, version] as const).sort()),
    users: Object.fromEntries(
      [...machine.users].map(([name, { home, shell }]) => [name, { home, shell }] as const).sort(),
    ),
    groups: [...machine.groups].sort(),
    programs: Object.fromEntries([...machine.programs].sort()),
    units: Object.fromEntries(
      [...machine.units]
        .map(
          ([name, unit]) =>
            [
              name,
              {
                enabled: unit.enabled,
                active: unit.active,
                unloaded: unloadedPath(machine, name, unit, CONFIGURATIONS(name)),
              },
            ] as const,
        )
        .sort(),
    ),
  }
}

const CONFIGURATIONS = (unit: string) => {
  const fpm = /^php(.+)-fpm\.service$/.exec(unit)?.[1]
  return fpm === undefined
    ? unit === 'nginx.service'
      ? ['/etc/nginx']
      : []
    : [`/etc/php/${fpm}/fpm`, `/etc/php/${fpm}/mods-available`]
}

// The machine's files as its sftp-server has them.
function filesOf(machine: Machine): Parameters<typeof readFiles>[0] {
  const contentOf = (path: string) => {
    const entry = entryAt(machine, path)
    return entry?.type === 'file' ? Buffer.from(entry.content) : undefined
  }
  return {
    look: async (path) =>
      entryAt(machine, path) && { size: contentOf(path)?.length ?? 0, isFile: contentOf(path) !== undefined },
    read: async (path, size) => (contentOf(path) ?? Buffer.alloc(0)).subarray(0, size),
    close: () => undefined,
  }
}
