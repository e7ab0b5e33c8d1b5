import { userInfo } from 'node:os'
import { keepingHosts, type LastingHost } from '../engine/host/kept-hosts.ts'
import type { Connect } from '../model/host.ts'
import { openRemoteHost } from '../engine/host/remote-host.ts'
import type { Definitions } from '../model/definitions.ts'
import { FlightError } from '../model/errors.ts'
import type { Listener } from '../model/event.ts'
import type { Server } from '../model/server.ts'
import { createConnector, type Connector } from '../transport/connector.ts'
import { openProgress } from '../views/progress.ts'
import { colorOf } from '../cli/everywhere/color.ts'
import type { Everywhere } from '../cli/everywhere/flags.ts'
import { heedInterrupts } from '../cli/everywhere/interrupt.ts'
import { localWorld } from './local-world.ts'
import { openLogFile, type LogFile } from '../cli/everywhere/log-file.ts'
import { askSecret, canAsk } from '../cli/everywhere/question.ts'
import { readDefinitions } from './read-definitions.ts'

// What a command that talks to servers works with.
export type Session = {
  definitions: Definitions
  parallel: number
  who: string // whose work it is, for locks, records and receipts
  connector: Connector
  connect: Connect
  listen: Listener
  signal: AbortSignal
  interrupted(): number | undefined // the exit code, 130 or 143, once a signal came
  endProgress(): void // before something else is shown or asked; the next event begins it anew
}

// Stopped by SIGTERM: the same as SIGINT, with the exit code that belongs to it.
class Terminated extends FlightError {
  override get exit(): number {
    return 143
  }
}

type Work = (session: Session) => Promise<number>

// Reads the definitions, opens what a run needs, and closes all of it however the work ends.
export async function withSession(command: string, flags: Everywhere, work: Work): Promise<number> {
  return during(command, flags, work, (open) => open)
}

// The same for what plans and then applies: a server that was asked stays connected until the end.
export async function withLastingSession(command: string, flags: Everywhere, work: Work): Promise<number> {
  return during(command, flags, work, keepingHosts)
}

async function during(
  command: string,
  flags: Everywhere,
  work: Work,
  through: (open: (server: Server) => Promise<LastingHost>) => Connect,
): Promise<number> {
  const { definitions, warnings } = await readDefinitions(flags)
  const log = flags['log-file'] === undefined ? undefined : await openLogFile(flags['log-file'])
  const progress = progressOn(process.stderr, flags)
  const listen: Listener = (event) => {
    log?.append(event)
    progress.listen(event)
  }
  const note = (text: string): void => listen({ event: 'note', text })
  const interrupts = heedInterrupts(note)
  const connector = createConnector({
    ...localWorld(process.env),
    askPassphrase: async (file) => (canAsk() ? askSecret(`Passphrase of ${file}: `, interrupts.signal) : undefined),
    signal: interrupts.signal,
    warn: note,
  })
  log?.append({ event: 'begins', command })
  if (flags.verbose) for (const { where, what } of warnings) note(`warning: ${where} ${what}`)
  try {
    const exit = await work({
      definitions,
      parallel: flags.parallel ?? definitions.settings.parallel,
      who: userInfo().username,
      connector,
      connect: through((server) => openRemoteHost(server, (to) => connector.connect(to))),
      listen,
      signal: interrupts.signal,
      interrupted: () => interrupts.exit(),
      endProgress: () => progress.end(),
    })
    log?.append({ event: 'ends', exit })
    return exit
  } catch (error) {
    const told = error instanceof FlightError ? asSignalled(error, interrupts.exit()) : error
    tellLog(log, told)
    throw told
  } finally {
    connector.close()
    interrupts.ignore()
    progress.end()
    await log?.close()
  }
}

// Progress from the next event on, as often as it is ended: planning has one, applying another.
function progressOn(stream: NodeJS.WriteStream, flags: Everywhere): { listen: Listener; end(): void } {
  let open: ReturnType<typeof openProgress> | undefined
  return {
    listen: (event) => {
      open ??= openProgress({ stream, tty: stream.isTTY === true, color: colorOf(stream, flags) })
      open.listen(event)
    },
    end: () => {
      open?.close()
      open = undefined
    },
  }
}

function asSignalled(error: FlightError, exit: number | undefined): FlightError {
  return exit === 143 && error.problems[0]?.code === 'FLIGHT_INTERRUPTED' ? new Terminated(error.problems) : error
}

function tellLog(log: LogFile | undefined, error: unknown): void {
  if (log === undefined) return
  if (error instanceof FlightError) for (const problem of error.problems) log.append({ event: 'problem', problem })
  log.append({ event: 'ends', exit: error instanceof FlightError ? error.exit : 1 })
}
