import { spawn } from 'node:child_process'
import { PassThrough } from 'node:stream'
import pLimit from 'p-limit'
import type { Channel, Connection, Ending } from './connection.ts'
import { connectionLost } from './failures.ts'
import type { Master } from './openssh-master.ts'
import { CHANNELS } from './ssh2-connection.ts'

// A connection that an ssh program holds open, as a Connection. A remote
// command that a signal killed ends with exit code 255 here: ssh does not tell.
export function wrapMaster(server: string, user: string, { process, hostKey }: Master, socket: string): Connection {
  const limit = pLimit(CHANNELS)
  let isLost = process.exitCode !== null || process.signalCode !== null
  const lost = new Promise<void>((resolve) => {
    const lose = (): void => {
      isLost = true
      resolve()
    }
    if (isLost) lose()
    process.once('exit', lose)
  })

  const open = (command: string): Channel => {
    if (isLost) throw connectionLost(server, '')
    const child = spawn('ssh', ['-T', ...toMaster(socket), '--', 'server', command], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const stdout = child.stdout.pipe(new PassThrough())
    const stderr = child.stderr.pipe(new PassThrough())
    child.stdin.on('error', () => undefined)
    stdout.on('close', () => child.stdout.resume())
    stderr.on('close', () => child.stderr.resume())
    const ended = new Promise<Ending>((resolve) => {
      child.on('error', () => resolve({ kind: 'unknown' }))
      child.on('close', (code) => {
        if (code === null || isLost) resolve({ kind: 'unknown' })
        else if (code !== 255) resolve({ kind: 'exit', code })
        else void holds(socket).then((alive) => resolve(alive ? { kind: 'exit', code } : { kind: 'unknown' }))
      })
    })
    return { stdin: child.stdin, stdout, stderr, ended, close: () => void child.kill() }
  }

  return {
    server,
    user,
    hostKey,
    lost,
    exec: (command) =>
      new Promise((resolve, reject) => {
        void limit(async () => {
          try {
            const channel = open(command)
            resolve(channel)
            await channel.ended
          } catch (error) {
            reject(error)
          }
        })
      }),
    close: () => void process.kill(),
  }
}

// Options that reach the master and nothing else: without the ProxyCommand ssh would quietly connect on its own.
function toMaster(socket: string): string[] {
  const options = ['ControlMaster=no', 'BatchMode=yes', 'LogLevel=ERROR', 'ProxyCommand=false'].flatMap((o) => [
    '-o',
    o,
  ])
  return ['-F', 'none', '-S', socket, ...options]
}

// Whether the master still has its connection: exit code 255 is the remote command's or ssh's own.
function holds(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const check = spawn('ssh', [...toMaster(socket), '-O', 'check', '--', 'server'], { stdio: 'ignore' })
    check.on('error', () => resolve(false))
    check.on('close', (code) => resolve(code === 0))
  })
}
