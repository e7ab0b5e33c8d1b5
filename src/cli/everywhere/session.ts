import { userInfo } from 'node:os'
import { FlightError } from '../../model/errors.ts'
import type { Listener } from '../../model/event.ts'
import { readDefinitions } from '../../operations/read-definitions.ts'
import { withSession as openSession, type Session } from '../../operations/session.ts'
import { openProgress } from '../../views/progress.ts'
import { colorOf } from './color.ts'
import type { Everywhere } from './flags.ts'
import { heedInterrupts } from './interrupt.ts'
import { openLogFile, type LogFile } from './log-file.ts'
import { askSecret, canAsk } from './question.ts'

// `interrupted`: the exit code, 130 or 143, once a signal came.
type Work = (session: Session, interrupted: () => number | undefined) => Promise<number>

// Stopped by SIGTERM: the same as SIGINT, with the exit code that belongs to it.
class Terminated extends FlightError {
  override get exit(): number {
    return 143
  }
}

// A session of a command: progress on stderr, the log file, signals. All of it is closed however the work ends.
export function withTerminalSession(command: string, flags: Everywhere, work: Work): Promise<number> {
  return during(command, flags, work, false)
}

// The same for what plans and then applies: a server that was asked stays connected until the end.
export function withLastingSession(command: string, flags: Everywhere, work: Work): Promise<number> {
  return during(command, flags, work, true)
}

async function during(command: string, flags: Everywhere, work: Work, stays: boolean): Promise<number> {
  const { definitions, warnings } = await readDefinitions(flags)
  const log = flags['log-file'] === undefined ? undefined : await openLogFile(flags['log-file'])
  const progress = progressOn(process.stderr, flags)
  const listen: Listener = (event) => {
    log?.append(event)
    progress.listen(event)
  }
  const note = (text: string): void => listen({ event: 'note', text })
  const interrupts = heedInterrupts(note)
  const { signal } = interrupts
  log?.append({ event: 'begins', command })
  if (flags.verbose) for (const { where, what } of warnings) note(`warning: ${where} ${what}`)
  try {
    const exit = await openSession(
      {
        definitions,
        parallel: flags.parallel,
        who: userInfo().username,
        stays,
        listen,
        signal,
        askPassphrase: async (file) => (canAsk() ? askSecret(`Passphrase of ${file}: `, signal) : undefined),
        endProgress: () => progress.end(),
      },
      (session) => work(session, () => interrupts.exit()),
    )
    log?.append({ event: 'ends', exit })
    return exit
  } catch (error) {
    const told = error instanceof FlightError ? asSignalled(error, interrupts.exit()) : error
    tellLog(log, told)
    throw told
  } finally {
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
