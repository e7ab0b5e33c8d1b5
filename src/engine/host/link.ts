import { FlightError, onServer } from '../../model/errors.ts'
import type { Server } from '../../model/server.ts'
import type { Connection } from '../../transport/connection.ts'
import { type Control, openControl, type ScriptResult } from '../../transport/control.ts'

// For how long a connection that nobody has used is trusted without
// asking, and how long it then has to answer, in milliseconds.
const TRUSTED = 5_000
const PATIENCE = 5_000

// One connection with its control channel, opened again when it was lost; only to the server that proves the same key.
export class Link {
  readonly #server: Server
  readonly #dial: (server: Server) => Promise<Connection>
  #connection: Connection | undefined
  #control: Control | undefined
  #isOver = false
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
    this.#isOver = false
    const control = this.#control
    void Promise.race([this.#connection.lost, control.ended]).then(() => {
      if (this.#control === control) this.#isOver = true
    })
  }

  // Whether it can be used after nobody has for so many milliseconds.
  async isUsable(idle: number): Promise<boolean> {
    if (this.#isOver) return false
    if (idle < TRUSTED) return true
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), PATIENCE)))
    const answer = this.run(':').then(({ code }) => code === 0, notIfLost)
    return Promise.race([answer, silence]).finally(() => clearTimeout(timer))
  }

  async reopen(): Promise<void> {
    const proved = this.hostKey
    this.close()
    await this.open()
    if (this.hostKey !== proved) {
      this.close()
      throw new FlightError({
        code: 'FLIGHT_HOST_KEY_CHANGED',
        ...onServer(this.#server.name),
        what: `proved ${this.hostKey} after reconnecting, ${proved} before`,
      })
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

function notIfLost(error: unknown): false {
  if (error instanceof FlightError) return false
  throw error
}
