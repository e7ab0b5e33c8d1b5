import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { FlightError } from '../model/errors.ts'
import { briefly } from '../model/printable.ts'
import { interrupted, noAnswerInTime, notLetIn, reasonInText, unreachable } from './failures.ts'
import { type HostKeys, refuseHostKey } from './host-keys.ts'
import { fingerprint } from './known-hosts.ts'
import { HungUpEarly } from './retry.ts'
import type { Route } from './route.ts'

type MasterOptions = {
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

// What `ssh -v` has said so far.
type SshLog = {
  keyType: string
  hostKey: string // fingerprint of the last key that a server showed
  offered: string[] // identities since then
  plain: string[] // the lines that are not debug output
}

function emptyLog(): SshLog {
  return { keyType: '', hostKey: '', offered: [], plain: [] }
}

// Takes one line of `ssh -v` in. With jump hosts the lines of all hops come, the last one is the server itself.
function takeLine(log: SshLog, line: string): void {
  const key = /^debug1: Server host (?:key|certificate): (\S+) (SHA256:[A-Za-z0-9+/]+)/.exec(line)
  const offer = /^debug1: Offering public key: (.+?) (?:[A-Z0-9-]+ )?SHA256:/.exec(line)
  if (key?.[1] !== undefined && key[2] !== undefined) {
    log.keyType = key[1]
    log.hostKey = key[2]
    log.offered = []
  } else if (offer?.[1] !== undefined) log.offered.push(briefly(offer[1]))
  else if (
    !/^debug\d: |^OpenSSH_|^Authenticated |^Transferred: |^Bytes per second: |^$/.test(line) &&
    log.plain.length < 50
  )
    log.plain.push(line)
}

// What the end of an ssh that never got in means. ssh has one exit code for all of it, so its words must do (LC_ALL=C).
function explain(route: Route, hostKeys: HostKeys, log: SshLog): FlightError | HungUpEarly {
  const text = log.plain.join('\n')
  if (/Permission denied \(|Too many authentication failures/.test(text)) return notLetIn(route, log.offered, undefined)
  if (/Host key verification failed/.test(text))
    return refuseHostKey(route, verdictOn(hostKeys, log.hostKey), log.keyType, log.hostKey)
  const reason = reasonInText(text)
  if (reason !== undefined) return unreachable(route, reason, route.jump)
  if (/Connection (?:closed|reset)/.test(text) && log.hostKey === '')
    return new HungUpEarly(unreachable(route, 'ECONNRESET', route.jump))
  return unreachable(route, briefly(text) === '' ? 'ssh ended without a word' : text, route.jump)
}

function verdictOn(hostKeys: HostKeys, offered: string): Parameters<typeof refuseHostKey>[1] {
  const shown = (key: string): string => fingerprint(Buffer.from(key, 'base64'))
  const revoked = hostKeys.entries.find((e) => e.marker === 'revoked' && shown(e.key) === offered)
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked }
  const other = hostKeys.entries.find((e) => e.marker === 'key' && shown(e.key) !== offered)
  return other === undefined ? { kind: 'unknown' } : { kind: 'changed', entry: other }
}
