import type { Readable, Writable } from 'node:stream'

// How a remote command ended. `unknown`: the connection was lost before the server said; look again, assume nothing.
export type Ending = { kind: 'exit'; code: number } | { kind: 'signal'; signal: string } | { kind: 'unknown' }

// One running remote command.
export type Channel = {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  ended: Promise<Ending> // never rejects
  close(): void
}

// One authenticated connection to one server, whatever carries it.
export type Connection = {
  server: string
  user: string // the login user
  hostKey: string // SHA256:… of the key that the server proved, as ssh-keygen -l prints it
  exec(command: string): Promise<Channel> // FLIGHT_CONNECTION_LOST when the connection is gone
  lost: Promise<void> // resolves when the connection is closed, by whomever
  close(): void
}
