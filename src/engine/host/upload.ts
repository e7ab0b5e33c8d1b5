import { FlightError, onServer } from '../../model/errors.ts'
import { releasePaths } from '../../model/app-paths.ts'
import type { UploadStep } from '../../model/step.ts'
import { ALL_THERE, partPath, receivedShell } from '../../steps/upload.ts'
import { artifactPath } from '../../steps/unpack.ts'
import type { ScriptResult } from '../../transport/control.ts'
import { type Sftp, SftpRefusal } from '../../transport/sftp.ts'

export type Sending = {
  server: string
  run(script: string): Promise<ScriptResult>
  sftp(): Promise<Sftp> // as root, each time on a channel of its own
  progress(text: string): void
  moved(): void // the server has more of it than before
}

// Sends what a server does not have of an artifact yet. Whether it is what was sent, its digest decides there.
export async function sendFile(step: UploadStep, { server, run, sftp: open, progress, moved }: Sending): Promise<void> {
  const { stdout, stderr, code } = await run(receivedShell(step))
  const printed = stdout.toString('latin1').trim()
  if (code === 0 && printed === ALL_THERE) return
  const there = Number(printed)
  if (code !== 0 || printed === '' || !Number.isInteger(there)) throw notSent(server, stderr.trim())
  const { needsTwoChannels, upload } = await import('../../transport/sftp-upload.ts')
  const sftp = await open()
  let second: Sftp | undefined
  const whole = artifactPath(step.app, step.release)
  const tell = sentOf(step.size, progress)
  try {
    const asked = performance.now()
    await refuseWithoutRoom(step, server, sftp, there)
    const roundTrip = performance.now() - asked
    if (needsTwoChannels(step.size, roundTrip)) second = await open().catch(undefinedIfRefused)
    const reached = (bytes: number) => {
      moved()
      tell(bytes)
    }
    await upload(second === undefined ? [sftp] : [sftp, second], {
      file: step.file,
      size: step.size,
      part: partPath(step),
      whole,
      there,
      roundTrip,
      reached,
    })
  } catch (error) {
    if (!(error instanceof SftpRefusal)) throw error
    // The protocol does not say that a disk is full. One byte more than there is now would not have fitted.
    const now = (await sftp.look(partPath(step)))?.size ?? 0
    await refuseWithoutRoom(step, server, sftp, now)
    throw notSent(server, error.message)
  } finally {
    sftp.close()
    second?.close()
  }
}

// A server may allow few channels of a connection (MaxSessions of sshd): the first one carries all then.
function undefinedIfRefused(error: unknown): undefined {
  if (error instanceof FlightError) return undefined
  throw error
}

async function refuseWithoutRoom(step: UploadStep, server: string, sftp: Sftp, there: number): Promise<void> {
  const { record } = releasePaths(step.app, step.release)
  const free = await sftp.room(record)
  const needed = step.size - there
  if (free === undefined || free >= needed) return
  throw new FlightError({
    code: 'FLIGHT_STEP_FAILED',
    ...onServer(server),
    what:
      `the artifact does not fit: ${megabytes(needed)} MB of it are still to be sent, and the disk of ${record} ` +
      `has ${megabytes(free)} MB free`,
    hint: 'make room there, then run the same command again: what was sent is not sent again',
  })
}

function notSent(server: string, said: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_STEP_FAILED',
    ...onServer(server),
    what: `the artifact could not be sent: ${said === '' ? 'the shell there ended' : said}`,
    hint: 'look at the disk below /var/lib/flight, then run the same command again',
  })
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}

// Says `12 of 200 MB sent` at most twice a second.
function sentOf(size: number, progress: (text: string) => void): (bytes: number) => void {
  const shown = (bytes: number) => (bytes / 1_000_000).toFixed(size < 10_000_000 ? 1 : 0)
  let told = Date.now()
  return (bytes) => {
    if (Date.now() - told < 500) return
    told = Date.now()
    progress(`${shown(bytes)} of ${shown(size)} MB sent`)
  }
}
