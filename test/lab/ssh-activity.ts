import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

// What sshd did since a mark: connections taken, commands,
// subsystems (sftp) and shells started. `mark` is for the next call.
export type SshActivity = { connections: number; commands: number; subsystems: number; shells: number; mark: number }

// Reads sshd's own log of a host from a mark (a position in the log) on.
export function readSshActivity(log: string, mark: number): SshActivity {
  const text = existsSync(log) ? readFrom(log, mark) : ''
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return {
    connections: count(/^Connection from /gm),
    commands: count(/^Starting session: (?:forced-)?command/gm),
    subsystems: count(/^Starting session: (?:forced-)?subsystem/gm),
    shells: count(/^Starting session: shell/gm),
    mark: mark + Buffer.byteLength(text),
  }
}

function readFrom(path: string, position: number): string {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(file).size - position))
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, position)).toString('latin1')
  } finally {
    closeSync(file)
  }
}
