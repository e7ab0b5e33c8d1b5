import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { FlightError, onServer } from '../../model/errors.ts'
import type { StepContext } from '../../model/host.ts'
import type { UploadStep } from '../../model/step.ts'
import { appendCommand, receivedShell } from '../../steps/upload.ts'
import type { Channel } from '../../transport/connection.ts'
import type { ScriptResult } from '../../transport/control.ts'

type Sending = { server: string; run(script: string): Promise<ScriptResult>; exec(command: string): Promise<Channel> }

// Sends what a server does not have of a file yet, on a channel
// of its own. Whether it arrived whole is asked afterwards.
export async function sendFile(
  step: UploadStep,
  { progress }: StepContext,
  { server, run, exec }: Sending,
): Promise<void> {
  const asked = await run(receivedShell(step))
  const there = Number(asked.stdout.toString('latin1').trim())
  if (asked.code !== 0 || !Number.isInteger(there)) throw notSent(server, asked.stderr.trim())
  if (there >= step.size) return
  const channel = await exec(appendCommand(step))
  channel.stdout.resume()
  let said = ''
  channel.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2000)))
  try {
    await pipeline(bytesOf(step, there, progress), channel.stdin)
  } catch (error) {
    // The far side ended first: what it says counts, not that the pipe
    // broke. A file of ours that cannot be read is another matter.
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (!/^(EPIPE|ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_DESTROYED|ECONNRESET)$/.test(code)) throw error
  }
  const ending = await channel.ended
  if (ending.kind === 'unknown')
    throw new FlightError({
      code: 'FLIGHT_CONNECTION_LOST',
      ...onServer(server),
      what: 'the connection was lost while the artifact was sent',
    })
  if (ending.kind !== 'exit' || ending.code !== 0) throw notSent(server, said.trim())
}

function notSent(server: string, said: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_STEP_FAILED',
    ...onServer(server),
    what: `the artifact could not be sent: ${said === '' ? 'the shell there ended' : said}`,
    hint: 'is the disk below /var/lib/flight full? Make room, then run the same command again',
  })
}

// More than a channel takes at once: the pipe then waits until a piece is sent, every byte of it, before it asks for
// the next. Only so one buffer does for all, and only as long as no piece but the last is shorter.
const PIECE = 1024 * 1024

// The file from a byte on; says `12 of 200 MB sent` at most twice a second.
async function* bytesOf(
  { file, size }: UploadStep,
  begin: number,
  progress: (text: string) => void,
): AsyncGenerator<Buffer> {
  const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(size < 10_000_000 ? 1 : 0)
  const handle = await open(file)
  try {
    const piece = Buffer.allocUnsafe(PIECE)
    let told = 0
    for (let sent = begin; ;) {
      const length = await fill(piece, handle, sent)
      if (length > 0) yield piece.subarray(0, length)
      if (length < PIECE) return
      sent += length
      if (Date.now() - told < 500) continue
      told = Date.now()
      progress(`${megabytes(sent)} of ${megabytes(size)} MB sent`)
    }
  } finally {
    await handle.close()
  }
}

// Fills a buffer from a file, from a byte on; how much of it, where the file ends before.
async function fill(piece: Buffer, handle: FileHandle, from: number): Promise<number> {
  let length = 0
  while (length < piece.length) {
    const { bytesRead } = await handle.read(piece, length, piece.length - length, from + length)
    if (bytesRead === 0) return length
    length += bytesRead
  }
  return length
}
