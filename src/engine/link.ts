import { FlightError } from '../model/errors.ts'
import type { Server } from '../model/server.ts'
import type { Connection } from '../transport/connection.ts'
import { type Control, openControl, type ScriptResult } from '../transport/control.ts'

// One connection with its control channel, opened again when it was lost; only to the server that proves the same key.
export class Link {
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
