import { PassThrough, Writable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { Channel, Ending } from './connection.ts'

// One ssh2 channel as a Channel. ssh2 leaves writers of a closed channel waiting for ever and holds `close` back until
// somebody reads, so the streams that others get are our own.
export function wrapChannel(channel: ClientChannel, onLost: Set<() => void>, gather: () => void): Channel {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  let said: Ending = { kind: 'unknown' }
  let end: (ending: Ending) => void = () => undefined
  const ended = new Promise<Ending>((resolve) => {
    end = resolve
  })
  const stdin = new Writable({
    highWaterMark: 256 * 1024,
    // `done` comes when all of it is encrypted: only then may its writer use the buffer again.
    write: (chunk: Buffer, _encoding, done) => {
      gather()
      channel.write(chunk, done)
    },
    final: (done) => {
      channel.end()
      done()
    },
  })
  // Even an exit code that arrived is not believed when the connection is lost: output may be missing.
  const onLoss = (): void => finish({ kind: 'unknown' })
  const finish = (ending: Ending): void => {
    onLost.delete(onLoss)
    end(ending)
    stdin.destroy()
  }
  channel.on('error', () => undefined)
  stdin.on('error', () => undefined)
  channel.pipe(stdout)
  channel.stderr.pipe(stderr)
  // Who stops reading shall not hold the channel open.
  stdout.on('close', () => channel.resume())
  stderr.on('close', () => channel.stderr.resume())
  channel.on('exit', (code: number | null, signal?: string) => {
    said = code === null ? { kind: 'signal', signal: signal ?? 'unknown' } : { kind: 'exit', code }
  })
  channel.on('close', () => finish(said))
  onLost.add(onLoss)
  return {
    stdin,
    stdout,
    stderr,
    ended,
    close: () => {
      channel.close()
      stdout.destroy()
      stderr.destroy()
      finish(said)
    },
  }
}
