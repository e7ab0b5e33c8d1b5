import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { interrupted, noAnswerInTime, unreachable } from './failures.ts'
import type { HostKeys } from './host-keys.ts'
import { emptyLog, explain, takeLine, type SshLog } from './openssh-failure.ts'
import type { Route } from './route.ts'

export type MasterOptions = {
  route: Route
  hostKeys: HostKeys
  words: string[] // options and host, as sshArguments makes them
  socket: string // the control socket to be
  environment: NodeJS.ProcessEnv
  signal: AbortSignal | undefined
}

export type Master = { process: ChildProcess; hostKey: string }

const READY = 'flight-ready'

// Logs in with the ssh program and keeps the connection open for others (ControlMaster). Its own session is a `cat` on
// a pipe from us: when Flight dies, however it dies, the pipe breaks and ssh goes with it.
export function startMaster({ route, hostKeys, words, socket, environment, signal }: MasterOptions): Promise<Master> {
  const options = [
    'ControlMaster=yes',
    `ControlPath=${socket}`,
    'ControlPersist=no',
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'RemoteCommand=none',
    'RequestTTY=no',
    'PermitLocalCommand=no',
    'EscapeChar=none',
    'SessionType=default',
    'StdinNull=no',
    'ForkAfterAuthentication=no',
    `ConnectTimeout=${Math.ceil(route.connectTimeout / 1000)}`,
  ].flatMap((option) => ['-o', option])
  const process = spawn('ssh', ['-v', ...options, ...words, `echo ${READY}; exec cat >/dev/null`], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const log = emptyLog()
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const giveUp = (error: Error): void =>
      settle(() => {
        reject(error)
        process.kill()
      })
    const onAbort = (): void => giveUp(interrupted(route.server))
    // Twice the connect timeout: the connection and the login; ssh has no limit for the second.
    const timer = setTimeout(
      () => giveUp(noAnswerInTime(route, 'let us in', route.connectTimeout * 2, route.jump)),
      route.connectTimeout * 2,
    )
    process.on('error', (error) =>
      giveUp(unreachable(route, `the ssh program does not start: ${error.message}`, undefined)),
    )
    process.stdin.on('error', () => undefined)
    process.on('close', () => giveUp(explain(route, hostKeys, log)))
    listen(process.stderr, log)
    createInterface({ input: process.stdout }).on('line', (line) => {
      if (line.includes(READY)) settle(() => resolve({ process, hostKey: log.hostKey }))
    })
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted === true) onAbort()
  })
}

function listen(stderr: NodeJS.ReadableStream, log: SshLog): void {
  createInterface({ input: stderr }).on('line', (line) => takeLine(log, line.replace(/\r$/, '')))
}
