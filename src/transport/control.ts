import { randomBytes } from 'node:crypto'
import { FlightError, onServer } from '../model/errors.ts'
import { program } from '../shell/program.ts'
import { quote } from '../shell/quote.ts'
import { type Channel, type Connection, type Ending, sudoFor } from './connection.ts'
import { beforeMark } from './marks.ts'
import { UntilMark } from './until-mark.ts'

// The answer of one script: its exit code and everything it printed.
export type ScriptResult = { code: number; stdout: Buffer; stderr: string }

// One shell on the server that runs script after script: one channel, however many scripts.
export type Control = {
  // Runs a script; `follow` sees its standard output as it comes. FLIGHT_CONNECTION_LOST when the end is not known.
  run(script: string, follow?: (chunk: Buffer) => void): Promise<ScriptResult>
  ended: Promise<void> // the shell there is no more; never rejects
  close(): void
}

// The most that one script may print, in bytes: 64 files of the 256 KB that a question shows of one. So much from each
// of all servers that are asked at once must fit into the memory.
const MOST_OUTPUT = 16 * 1024 * 1024

// Opens the control channel, as root: directly, or through `sudo -n` where the login user is another.
export async function openControl(connection: Connection, become: boolean): Promise<Control> {
  const mark = `flight-${randomBytes(12).toString('hex')}`
  const sudo = sudoFor(connection, become)
  const channel = await connection.exec(
    `${sudo === '' ? '' : `echo ${atSudo(mark)}; exec ${sudo}`}/bin/sh -c ${quote(program('control'))} flight ${mark}`,
  )
  const reader = new MarkedOutput(channel, mark, connection.server)
  await reader.ready()
  let last = 0
  let queue: Promise<unknown> = Promise.resolve()
  return {
    run(script, follow) {
      const turn = queue.then(() => {
        const bytes = Buffer.from(script)
        channel.stdin.write(`${++last} ${bytes.length}\n`)
        channel.stdin.write(bytes)
        return reader.result(last, follow)
      })
      queue = turn.catch(() => undefined)
      return turn
    },
    ended: channel.ended.then(() => undefined),
    close: () => channel.close(),
  }
}

// What the login shell says right before sudo takes its place: if no more comes, it is sudo that ended.
const atSudo = (mark: string) => `${mark}-sudo`

class MarkedOutput {
  readonly #stdout = new UntilMark()
  readonly #stderr = new UntilMark()
  readonly #mark: string
  readonly #server: string
  #ended: Ending | undefined
  #wake: () => void = () => undefined
  #follow: ((chunk: Buffer) => void) | undefined

  constructor(channel: Channel, mark: string, server: string) {
    this.#mark = mark
    this.#server = server
    const take = (side: UntilMark, isStdout: boolean) => (chunk: Buffer) => {
      side.add(chunk)
      if (isStdout) this.#follow?.(chunk)
      this.#wake()
    }
    channel.stdout.on('data', take(this.#stdout, true))
    channel.stderr.on('data', take(this.#stderr, false))
    void channel.ended.then((ending) => {
      this.#ended = ending
      this.#wake()
    })
  }

  async ready(): Promise<void> {
    const line = await this.#until(() => this.#stdout.cut(Buffer.from(`${this.#mark} ready\n`)))
    if (line !== undefined) return
    const said = this.#stderr.text().trim()
    if (this.#ended?.kind === 'exit' && this.#stdout.text().includes(`${atSudo(this.#mark)}\n`)) {
      throw new FlightError({
        code: 'FLIGHT_NO_SUDO',
        ...onServer(this.#server),
        what: `the login user is not root and sudo -n does not work: ${said}`,
        hint: 'allow this user `NOPASSWD: ALL` in sudoers, or log in as root',
      })
    }
    throw this.#lost(said)
  }

  async result(id: number, follow: ((chunk: Buffer) => void) | undefined): Promise<ScriptResult> {
    this.#follow = follow && beforeMark(Buffer.from(this.#mark), follow)
    try {
      const out = await this.#until(() => this.#stdout.cutLine(Buffer.from(`\n${this.#mark} ${id} `)))
      const err =
        out === undefined
          ? undefined
          : await this.#until(() => this.#stderr.cut(Buffer.from(`\n${this.#mark} ${id}\n`)))
      if (out === undefined || err === undefined) throw this.#lost(this.#stderr.text())
      const code = Number(out.rest)
      if (!Number.isInteger(code)) throw this.#lost('an answer that makes no sense')
      return { code, stdout: out.before, stderr: err.toString('utf8') }
    } finally {
      this.#follow = undefined
    }
  }

  // Waits until `take` finds something; undefined when the channel ended without it.
  async #until<T>(take: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const found = take()
      if (found !== undefined) return found
      if (this.#stdout.size + this.#stderr.size > MOST_OUTPUT) {
        throw new FlightError({
          code: 'FLIGHT_SERVER_ANSWER',
          ...onServer(this.#server),
          what: `answered more than ${MOST_OUTPUT / 1024 / 1024} MB, far more than was asked for`,
          hint: 'log in and look: something there may print into every shell',
        })
      }
      if (this.#ended !== undefined) return undefined
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #lost(said: string): FlightError {
    const words = said.trim() === '' ? '' : `: ${said.trim().slice(-400)}`
    return new FlightError({
      code: 'FLIGHT_CONNECTION_LOST',
      ...onServer(this.#server),
      what: `${howItEnded(this.#ended)}${words}`,
      hint: 'run the same command again: what was done is found, nothing is done twice',
    })
  }
}

function howItEnded(ending: Ending | undefined): string {
  if (ending === undefined || ending.kind === 'unknown') return 'the connection was lost'
  return `the shell there ended (${ending.kind === 'exit' ? ending.code : ending.signal})`
}
