import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'

// A real sshd on loopback, its keys and its files in a folder of its own.
export type Sshd = {
  port: number
  pid: number
  folder: string
  hostKey: string // "type base64"
  fingerprint: string
  authorize(publicKeyFile: string): void
  stop(): Promise<void>
}

const folders = new Set<string>()
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

// Ends a process with the tests at the latest: a failed test does not come to its stop().
export function endWithTests(child: ChildProcess): void {
  children.add(child)
  child.once('exit', () => children.delete(child))
}

// A folder of its own, gone when the tests are.
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flight-ssh-'))
  folders.add(folder)
  chmodSync(folder, 0o755) // sshd wants to walk to authorized_keys
  return folder
}

// Makes a key pair; returns the private file.
export function makeKey(folder: string, name: string, passphrase = '', type = 'ed25519'): string {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', file])
  return file
}

export async function startSshd(config: string[] = [], keyType = 'ed25519'): Promise<Sshd> {
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const folder = makeFolder()
  const hostKeyFile = makeKey(folder, 'host', '', keyType)
  const authorized = join(folder, 'authorized_keys')
  writeFileSync(authorized, '', { mode: 0o600 })
  const port = await freePort()
  const file = join(folder, 'sshd_config')
  writeFileSync(
    file,
    [
      `ListenAddress 127.0.0.1`,
      `Port ${port}`,
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${authorized}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      'LogLevel VERBOSE',
      'Subsystem sftp internal-sftp',
      'SetEnv SHLVL=5', // or bash reads a .bashrc, as slow as whoever runs the tests made his
      ...config,
    ].join('\n'),
  )
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file], { stdio: 'ignore' })
  endWithTests(child)
  await untilAnswering(port, child)
  const hostKey = readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
  return {
    port,
    pid: child.pid ?? 0,
    folder,
    hostKey,
    fingerprint:
      execFileSync('ssh-keygen', ['-l', '-f', `${hostKeyFile}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '',
    authorize: (publicKeyFile) => writeFileSync(authorized, readFileSync(publicKeyFile), { flag: 'a' }),
    stop: () => stop(child, folder),
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilAnswering(port: number, child: ChildProcess): Promise<void> {
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}`)
    return answers(port)
  }, 'sshd answers')
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
  }
  rmSync(folder, { recursive: true, force: true })
}
