// Files of a server, over one channel that runs its sftp-server as root. Every call fails with an SftpRefusal, or with
// FLIGHT_CONNECTION_LOST when the channel is gone or nothing has come from it for too long.
export type Sftp = {
  look(path: string): Promise<{ size: number; isFile: boolean } | undefined> // follows no link at the end of the path
  room(folder: string): Promise<number | undefined> // free bytes on its disk; undefined where the disk does not count
  write(path: string): Promise<FarFile> // made when it is not there, 0600, and never cut
  read(path: string, size: number): Promise<Buffer> // so many bytes, or fewer where the file ends before
  rename(from: string, to: string): Promise<void> // in place of what lies there
  close(): void
}

// A file on the server that is open for writing.
export type FarFile = {
  piece: number // the most bytes that one write takes
  write(bytes: Buffer, position: number): Promise<void> // the buffer is free again when this returns
  cut(size: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

// The server has heard and says no. The protocol has one status for a full disk, a quota and a failing disk.
export class SftpRefusal extends Error {}

// The most bytes of one write or read: what OpenSSH takes and gives at once since 8.5. A server that takes less says so
// (limits@openssh.com).
export const PIECE = 255 * 1024

// Where Debian and Ubuntu have it.
export const SFTP_SERVER = '/usr/lib/openssh/sftp-server'
