import { FlightError } from '../model/errors.ts'
import type { Holder, Host, Lock, StepContext } from '../model/host.ts'
import { HISTORY, SERVER_FOLDER } from '../model/record.ts'
import type { Server } from '../model/server.ts'
import type { Step } from '../model/step.ts'
import { quote } from '../shell/quote.ts'
import type { Connection } from '../transport/connection.ts'
import { type Control, openControl, type ScriptResult } from '../transport/control.ts'
import { canonical } from './digest.ts'
import { RUNNING_SCRIPT, unitPrefix } from './long-step.ts'
import { HOLDER_SCRIPT, parseHolder, takeServerLock } from '../transport/server-lock.ts'
import { probeOf } from './probe.ts'
import { performStep } from './perform-step.ts'
import { parseSystem, SYSTEM_SCRIPT } from './system.ts'

// A real server: one connection, one control channel, and a lock channel while something is applied.
export async function openRemoteHost(server: Server, dial: (server: Server) => Promise<Connection>): Promise<Host> {
  const link = new Link(server, dial)
  await link.open()
  const holderNow = async () => parseHolder((await link.run(HOLDER_SCRIPT)).stdout.toString('utf8'))
  const lock = new HeldLock((holder) => takeServerLock(link.connection, server.ssh.become, holder, holderNow), holderNow)

  return {
    server: server.name,
    hostKey: link.hostKey,
    async system() {
      const { stdout } = await link.run(SYSTEM_SCRIPT)
      return parseSystem(stdout.toString('utf8'), server.name, link.user)
    },
    async probe(queries) {
      const probe = probeOf(queries)
      const { stdout } = await link.run(probe.script)
      return probe.parse(stdout, server.name)
    },
    async lock(holder, plan) {
      const held = await lock.take(holder)
      const running = (await link.run(RUNNING_SCRIPT)).stdout.toString('utf8').split('\n').filter((unit) => unit !== '' && !unit.startsWith(unitPrefix(plan)))
      if (running.length === 0) return held
      await held.release()
      throw new FlightError({ code: 'FLIGHT_LOCKED', where: server.name, what: `a step of an earlier run is still running there: ${running.join(', ')}`, hint: 'wait until it is over (`flight locks` shows it), then plan and apply again' })
    },
    holder: holderNow,
    perform: (step: Step, context: StepContext) => performStep(step, context, { server: server.name, run: (script, follow) => link.run(script, follow), again: () => link.reopen().then(() => lock.retake()) }),
    async record(line) {
      await link.run(`mkdir -p ${SERVER_FOLDER} && printf '%s\\n' ${quote(line)} >>${HISTORY}`)
    },
    async history() {
      const { stdout } = await link.run(`tail -n 200 ${HISTORY} 2>/dev/null`)
      return stdout.toString('utf8').split('\n').filter((line) => line !== '')
    },
    close: () => link.close(),
  }
}

// The server's lock, taken again after a reconnection, or at once when it ended by itself: another run may have it by then.
class HeldLock {
  readonly #takeNow: (holder: Holder) => Promise<Lock>
  readonly #holderNow: () => Promise<Holder | undefined>
  #held: { lock: Lock; holder: Holder; lose: (why: string) => void } | undefined

  constructor(takeNow: (holder: Holder) => Promise<Lock>, holderNow: () => Promise<Holder | undefined>) {
    this.#takeNow = takeNow
    this.#holderNow = holderNow
  }

  async take(holder: Holder): Promise<Lock> {
    const lock = await this.#takeNow(holder)
    let lose: (why: string) => void = () => undefined
    const lost = new Promise<string>((resolve) => (lose = resolve))
    this.#hold({ lock, holder, lose })
    return { lost, release: () => this.#release() }
  }

  async retake(): Promise<void> {
    if (this.#held === undefined) return
    const { holder, lose } = this.#held
    this.#hold({ lock: await this.#takeBack(holder), holder, lose })
  }

  // The server holds a silent run's lock for a while: until it lets go, the holder that stands in the way is this run itself.
  async #takeBack(holder: Holder): Promise<Lock> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#takeNow(holder)
      } catch (error) {
        const isLocked = error instanceof FlightError && error.problems[0]?.code === 'FLIGHT_LOCKED'
        if (!isLocked || tries >= 30 || canonical((await this.#holderNow()) ?? {}) !== canonical(holder)) throw error
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    }
  }

  #hold(held: { lock: Lock; holder: Holder; lose: (why: string) => void }): void {
    this.#held = held
    void held.lock.lost.then((why) => {
      if (this.#held !== held) return
      this.retake().catch((error: unknown) => {
        // When the whole connection is gone, the step in progress reconnects and takes the lock again.
        const isGone = error instanceof FlightError && error.problems[0]?.code === 'FLIGHT_CONNECTION_LOST'
        if (!isGone) held.lose(why)
      })
    })
  }

  async #release(): Promise<void> {
    const held = this.#held
    this.#held = undefined
    await held?.lock.release()
  }
}

class Link {
  readonly #server: Server
  readonly #dial: (server: Server) => Promise<Connection>
  #connection: Connection | undefined
  #control: Control | undefined
  hostKey = ''

  constructor(server: Server, dial: (server: Server) => Promise<Connection>) {
    this.#server = server
    this.#dial = dial
  }

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error('bug: not connected')
    return this.#connection
  }

  get user(): string {
    return this.connection.user
  }

  async open(): Promise<void> {
    this.#connection = await this.#dial(this.#server)
    try {
      this.#control = await openControl(this.#connection, this.#server.ssh.become)
    } catch (error) {
      this.#connection.close()
      throw error
    }
    this.hostKey = this.#connection.hostKey
  }

  async reopen(): Promise<void> {
    const proved = this.hostKey
    this.close()
    await this.open()
    if (this.hostKey !== proved) {
      this.close()
      throw new FlightError({ code: 'FLIGHT_HOST_KEY_CHANGED', where: this.#server.name, what: `proved ${this.hostKey} after reconnecting, ${proved} before` })
    }
  }

  run(script: string, follow?: (chunk: Buffer) => void): Promise<ScriptResult> {
    if (this.#control === undefined) throw new Error('bug: not connected')
    return this.#control.run(script, follow)
  }

  close(): void {
    this.#control?.close()
    this.#connection?.close()
  }
}
