// What Flight uses of two modules that come without types of their own, or with types that are stuck at version 9.

declare module 'ssh2/lib/protocol/SFTP.js' {
  import type { EventEmitter } from 'node:events'

  type Done = (error: Error | undefined) => void

  // ssh2's client side of the protocol. It expects a channel of ssh2 around it, and `push` gives it what comes.
  class SFTP extends EventEmitter {
    constructor(
      client: {
        _protocol: { _remoteIdentRaw: string; channelData(id: number, bytes: Buffer): void; channelClose(): void }
      },
      channel: {
        type: string
        incoming: { id: number; state: string }
        outgoing: { id: number; state: string; window: number; packetSize: number }
      },
      settings: object,
    )
    _init(): void
    _maxReadLen: number
    _maxWriteLen: number
    push(bytes: Buffer | null): void
    open(
      path: string,
      flags: string | number,
      mode: number,
      done: (error: Error | undefined, handle: Buffer) => void,
    ): void
    close(handle: Buffer, done: Done): void
    read(
      handle: Buffer,
      into: Buffer,
      from: number,
      length: number,
      position: number,
      done: (error: Error | undefined, length: number) => void,
    ): void
    write(handle: Buffer, bytes: Buffer, from: number, length: number, position: number, done: Done): void
    fsetstat(handle: Buffer, attributes: { size: number }, done: Done): void
    ext_openssh_fsync(handle: Buffer, done: Done): void
    ext_openssh_statvfs(
      path: string,
      done: (error: Error | undefined, disk: { f_frsize: number; f_blocks: number; f_bfree: number }) => void,
    ): void
  }

  const protocol: {
    SFTP: typeof SFTP
    STATUS_CODE: { OK: number; NO_SUCH_FILE: number; PERMISSION_DENIED: number; FAILURE: number }
    OPEN_MODE: { READ: number; WRITE: number; CREAT: number }
  }
  export default protocol
  export type { SFTP }
}

declare module 'ssh2-sftp-client' {
  import type { EventEmitter } from 'node:events'
  import type { SFTP } from 'ssh2/lib/protocol/SFTP.js'

  class SftpClient {
    constructor(name: string, callbacks: object)
    client: EventEmitter
    sftp: SFTP | undefined
    endCalled: boolean
    lstat(path: string): Promise<{ size: number; isFile: boolean }>
    posixRename(from: string, to: string): Promise<string>
  }
  export default SftpClient
}
