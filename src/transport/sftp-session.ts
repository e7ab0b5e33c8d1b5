import { EventEmitter } from 'node:events'
import SftpClient from 'ssh2-sftp-client'
import protocol, { type SFTP } from 'ssh2/lib/protocol/SFTP.js'
import { FlightError, onServer } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'
import type { Channel } from './connection.ts'
import { connectionLost } from './failures.ts'
import { afterMark } from './marks.ts'
import { type FarFile, PIECE, type Sftp, SFTP_SERVER, SftpRefusal } from './sftp.ts'

// What shells say when there is no such program.
const NOT_FOUND = 127

// The protocol over a channel whose sftp-server says `mark` on a line of its own before it begins. This module and what
// it imports take 100 ms to load: only what needs SFTP does.
export async function startSftp(channel: Channel, { server, mark, silence }: Starting): Promise<Sftp> {
  const session = new Session(server, channel, silence)
  await session.start(mark)
  return {
    look: (path) => session.look(path),
    room: (folder) => session.room(folder),
    write: (path) => session.openToWrite(path),
    read: (path, size) => session.read(path, size),
    rename: (from, to) => session.ask(() => session.client.posixRename(from, to)).then(() => undefined),
    close: () => session.close('it was closed'),
  }
}

type Starting = { server: string; mark: string; silence: number }

// ssh2-sftp-client has no way onto a connection that is there: its `client` is an emitter of our own instead of an ssh2
// client, and its `sftp` is ssh2's protocol over our channel. A test of both libraries' insides holds this.
class ClientOverChannel extends SftpClient {
  constructor(sftp: SFTP, channel: Channel) {
    super('flight', {})
    this.client = new EventEmitter().setMaxListeners(0)
    this.sftp = sftp
    void channel.ended.then(() => this.client.emit('close'))
  }
}

class Session {
  readonly client: ClientOverChannel
  readonly #sftp: SFTP
  readonly #server: string
  readonly #channel: Channel
  readonly #silence: number
  #owed = 0
  #timer: NodeJS.Timeout | undefined
  #over: string | undefined

  constructor(server: string, channel: Channel, silence: number) {
    this.#server = server
    this.#channel = channel
    this.#silence = silence
    this.#sftp = protocolOver(channel)
    this.client = new ClientOverChannel(this.#sftp, channel)
  }

  // Resolves when the server has answered the first question. Whatever a shell prints before the mark is nobody's.
  async start(mark: string): Promise<void> {
    let said = ''
    let broken: string | undefined
    const ready = new Promise<void>((resolve, reject) => {
      this.#sftp.once('ready', resolve)
      this.#sftp.on('error', (error: Error) => {
        broken = briefly(error.message)
        this.#end(`its sftp-server broke the protocol: ${broken}`)
        reject(error)
      })
      void this.#channel.ended.then((ending) => {
        this.#end(ending.kind === 'unknown' ? '' : 'the sftp-server there ended')
        reject(new Error('ended'))
      })
    })
    const take = afterMark(Buffer.from(`${mark}\n`), (chunk) => {
      this.#hear()
      this.#sftp.push(chunk)
    })
    this.#channel.stdout.on('data', take)
    this.#channel.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2000)))
    this.#sftp._init()
    try {
      await this.ask(() => ready)
    } catch (error) {
      this.#channel.close()
      const ending = await this.#channel.ended
      if (broken !== undefined) throw noSftp(this.#server, `does not speak SFTP: ${broken}`)
      if (this.#over === undefined || ending.kind !== 'exit') throw error
      if (ending.code === NOT_FOUND) throw noSftp(this.#server, `has no ${SFTP_SERVER}`)
      throw noSftp(this.#server, `${SFTP_SERVER} ended with code ${ending.code}: ${briefly(said)}`)
    }
  }

  // Waits for an answer, as long as anything comes at all.
  async ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#over !== undefined) throw connectionLost(this.#server, this.#over)
    if (this.#owed++ === 0) this.#hear()
    try {
      return await question()
    } catch (error) {
      if (this.#over !== undefined) throw connectionLost(this.#server, this.#over)
      if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error
      throw new SftpRefusal(error.message, { cause: error })
    } finally {
      if (--this.#owed === 0) clearTimeout(this.#timer)
    }
  }

  async look(path: string): Promise<{ size: number; isFile: boolean } | undefined> {
    return this.ask(() =>
      this.client.lstat(path).then(
        ({ size, isFile }) => ({ size, isFile }),
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return undefined
          throw error
        },
      ),
    )
  }

  async room(folder: string): Promise<number | undefined> {
    const disk = await this.#call<{ f_frsize: number; f_blocks: number; f_bfree: number }>((done) =>
      this.#sftp.ext_openssh_statvfs(folder, done),
    )
    return disk.f_blocks === 0 ? undefined : disk.f_bfree * disk.f_frsize
  }

  async openToWrite(path: string): Promise<FarFile> {
    const { WRITE, CREAT } = protocol.OPEN_MODE
    const handle = await this.#call<Buffer>((done) => this.#sftp.open(path, WRITE | CREAT, 0o600, done))
    return {
      piece: Math.min(PIECE, this.#sftp._maxWriteLen),
      write: (bytes, position) =>
        this.#call((done) => this.#sftp.write(handle, bytes, 0, bytes.length, position, done)),
      cut: (size) => this.#call((done) => this.#sftp.fsetstat(handle, { size }, done)),
      sync: () => this.#call((done) => this.#sftp.ext_openssh_fsync(handle, done)),
      close: () => this.#call((done) => this.#sftp.close(handle, done)),
    }
  }

  // All its pieces are asked for at once.
  async read(path: string, size: number): Promise<Buffer> {
    const handle = await this.#call<Buffer>((done) => this.#sftp.open(path, protocol.OPEN_MODE.READ, 0, done))
    const piece = Math.min(PIECE, this.#sftp._maxReadLen)
    const content = Buffer.alloc(size)
    const begins = Array.from({ length: Math.ceil(size / piece) }, (_, at) => at * piece)
    try {
      const read = await Promise.all(
        begins.map((begin) =>
          this.#call<number>((done) =>
            this.#sftp.read(handle, content, begin, Math.min(piece, size - begin), begin, done),
          ),
        ),
      )
      // A piece that ends early is where the file ends.
      const short = read.findIndex((length, at) => length < Math.min(piece, size - (begins[at] ?? 0)))
      return short < 0 ? content : content.subarray(0, (begins[short] ?? 0) + (read[short] ?? 0))
    } finally {
      await this.#call((done) => this.#sftp.close(handle, done))
    }
  }

  close(why: string): void {
    this.#end(why)
    this.#channel.close()
  }

  #call<T = void>(question: (done: (error: Error | undefined, answer?: T) => void) => void): Promise<T> {
    return this.ask(
      () =>
        new Promise<T>((resolve, reject) =>
          question((error, answer) => (error ? reject(error) : resolve(answer as T))),
        ),
    )
  }

  #hear(): void {
    clearTimeout(this.#timer)
    if (this.#owed === 0) return
    this.#timer = setTimeout(
      () => this.close(`its sftp-server has said nothing for ${this.#silence / 1000} s`),
      this.#silence,
    )
  }

  // Answers every question that is open with a failure.
  #end(why: string): void {
    this.#over ??= why
    clearTimeout(this.#timer)
    this.#sftp.push(null)
  }
}

// ssh2's protocol over any channel. It writes all that it is asked to: we never ask for more than some MB at once.
function protocolOver(channel: Channel): SFTP {
  return new protocol.SFTP(
    {
      _protocol: {
        _remoteIdentRaw: 'SSH-2.0-OpenSSH',
        channelData: (_id, bytes) => void channel.stdin.write(bytes),
        channelClose: () => channel.close(),
      },
    },
    {
      type: 'session',
      incoming: { id: 0, state: 'open' },
      outgoing: { id: 0, state: 'open', window: Infinity, packetSize: Infinity },
    },
    {},
  )
}

function noSftp(server: string, why: string): FlightError {
  return new FlightError({
    code: 'FLIGHT_SERVER_ANSWER',
    ...onServer(server),
    what: `it ${why}`,
    hint: 'Flight sends and reads files over SFTP: apt-get install --reinstall openssh-sftp-server',
  })
}
