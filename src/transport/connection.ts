import type { Readable, Writable } from 'node:stream'

// How a remote command ended. `unknown`: the connection was lost before the server said; look again, assume nothing.
export type Ending = { kind: 'exit'; code: number } | { kind: 'signal'; signal: string } | { kind: 'unknown' }

// One running remote command. Backpressure is real: a command that writes more than a few kilobytes waits until
// stdout and stderr are read, so read both or resume() them.
export type Channel = {
  stdin: Writable // closes early, without an error event, when the command ends before reading everything
  stdout: Readable
  stderr: Readable
  ended: Promise<Ending> // never rejects; comes after the last byte of output
  close(): void // hangs up; the command may live on
}

// One authenticated connection to one server, whatever carries it.
export type Connection = {
  server: string
  user: string // the login user
  hostKey: string // SHA256:… of the key that the server proved, as ssh-keygen -l prints it
  // At most 8 commands run at once, the others wait. FLIGHT_CONNECTION_LOST when the connection is gone: a command that
  // was on its way may have started.
  exec(command: string): Promise<Channel>
  lost: Promise<void> // resolves when the connection is closed, by whomever
  close(): void
}

// What a command line begins with so that it runs as root: nothing for root itself, or where `become` is off.
export function sudoFor({ user }: Connection, become: boolean): string {
  return user !== 'root' && become ? 'sudo -n -- ' : ''
}
