import pLimit from 'p-limit'
import { type Duplex, PassThrough, Writable } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { FlightError, onServer } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'
import type { Channel, Connection, Ending } from './connection.ts'
import { connectionLost } from './failures.ts'
import { watchPeer } from './peer-watch.ts'

// sshd's MaxSessions is 10, and others may need one.
export const CHANNELS = 8

// A logged-in ssh2 client as a Connection.
export function wrapClient(
  server: string,
  user: string,
  { client, hostKey }: { client: Client; hostKey: string },
  socket: Duplex,
): Connection {
  const limit = pLimit(CHANNELS)
  const onLost = new Set<() => void>()
  let isLost = false
  let why = ''
  let markLost: () => void = () => undefined
  const lost = new Promise<void>((resolve) => {
    markLost = resolve
  })
  const lose = (reason: string): void => {
    if (isLost) return
    isLost = true
    why = reason
    markLost()
    for (const tell of onLost) tell()
    client.destroy()
    socket.destroy()
  }
  client.on('error', (error) => lose(error.message))
  client.on('close', () => lose('the server hung up'))
  watchPeer(client, socket, () => lose('the server is silent'))
  const gather = gathering(socket)
  // A server that takes more makes ssh2 send what waited for that, at once and by itself.
  socket.prependListener('data', gather)

  const open = (command: string): Promise<Channel> =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown): void =>
        reject(isLost ? connectionLost(server, why) : refusedChannel(server, error))
      if (isLost) return fail(undefined)
      const onLoss = (): void => fail(undefined)
      onLost.add(onLoss)
      try {
        client.exec(command, (error: Error | undefined, channel: ClientChannel) => {
          onLost.delete(onLoss)
          if (error) fail(error)
          else resolve(wrapChannel(channel, onLost, gather))
        })
      } catch (error) {
        lose(error instanceof Error ? error.message : String(error))
        fail(error)
      }
    })

  return {
    server,
    user,
    hostKey,
    lost,
    exec: (command) =>
      new Promise((resolve, reject) => {
        void limit(async () => {
          try {
            const channel = await patiently(() => open(command))
            resolve(channel)
            await channel.ended
          } catch (error) {
            reject(error)
          }
        })
      }),
    close: () => {
      client.end()
      lose('it was closed')
    },
  }
}

// How long sshd may take to count a session that has ended as ended, in
// milliseconds: until then it refuses another one. What it refused has not begun.
const PAUSES = [20, 50, 100, 200, 400, 800]

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof FlightError) || error.problems[0]?.code !== 'FLIGHT_SERVER_ANSWER') throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  return attempt()
}

function refusedChannel(server: string, error: unknown): FlightError {
  return new FlightError({
    code: 'FLIGHT_SERVER_ANSWER',
    ...onServer(server),
    what: `sshd refuses to run a command: ${briefly(error instanceof Error ? error.message : String(error))}`,
    hint:
      `Flight runs up to ${CHANNELS} commands side by side on one connection: is MaxSessions in sshd_config ` +
      `lower than 10, or a ForceCommand set?`,
  })
}

// Gives what lets all that is written to a socket in one turn leave in one system call: ssh2 writes three times for
// each packet, and many packets at once.
function gathering(socket: Duplex): () => void {
  let isGathering = false
  return () => {
    if (isGathering) return
    isGathering = true
    socket.cork()
    process.nextTick(() => {
      isGathering = false
      socket.uncork()
    })
  }
}

// One ssh2 channel as a Channel. ssh2 leaves writers of a closed channel waiting for ever and holds `close` back until
// somebody reads, so the streams that others get are our own.
function wrapChannel(channel: ClientChannel, onLost: Set<() => void>, gather: () => void): Channel {
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
