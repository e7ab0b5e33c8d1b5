import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cgroupsOf, removeCgroups } from './cgroup.ts'
import { lastLines } from './command.ts'
import { childrenOf, innerPid, isRunning, markProcess, signal, waitUntilGone, type ProcessMark } from './process.ts'

// One namespaced machine: its folder (pid and console.log are there), the name the kernel knows it by, its network.
export type Machine = { folder: string; machine: string; hostname: string; bridge: string }

// Switches a machine on; it goes on running without us. Its disk must be mounted.
export async function switchOn(machine: Machine): Promise<ProcessMark> {
  const console = openSync(join(machine.folder, 'console.log'), 'a')
  const nspawn = [
    'systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--boot', '--resolv-conf=copy-host', '--link-journal=no',
    `--directory=${join(machine.folder, 'root')}`, `--machine=${machine.machine}`, `--hostname=${machine.hostname}`,
    `--network-bridge=${machine.bridge}`,
  ]
  const child = spawn('sh', ['-c', ENTER_GROUPS, 'sh', ...cgroupsOf(machine.machine), '--', ...nspawn], {
    detached: true,
    stdio: ['ignore', console, console],
  })
  closeSync(console)
  child.unref()
  child.on('error', () => undefined)
  const mark = child.pid === undefined ? undefined : markProcess(child.pid)
  if (mark === undefined) throw new Error(`${machine.hostname}: systemd-nspawn cannot be started`)
  writeFileSync(join(machine.folder, 'pid'), JSON.stringify(mark))
  return mark
}

// The running systemd-nspawn of a machine's folder, or nothing when it is off.
export function runningMachine(folder: string): ProcessMark | undefined {
  const path = join(folder, 'pid')
  if (!existsSync(path)) return undefined
  const mark = JSON.parse(readFileSync(path, 'utf8')) as ProcessMark
  return isRunning(mark) ? mark : undefined
}

// The host's own process 1 as this machine numbers it; it changes when the host reboots itself.
export function leaderOf(mark: ProcessMark): number | undefined {
  return isRunning(mark) ? childrenOf(mark.pid).find((pid) => innerPid(pid) === 1) : undefined
}

// Takes the power away: no goodbye, nothing flushed.
export async function cutPower(machine: Machine): Promise<void> {
  await end(machine, 'SIGKILL', 10)
}

// Shuts down in order, and takes the power away when that takes too long.
export async function shutDown(machine: Machine, seconds: number): Promise<void> {
  if (!(await end(machine, 'SIGTERM', seconds))) await cutPower(machine)
}

// What the machine printed last, for errors.
export function consoleTail(folder: string): string {
  const path = join(folder, 'console.log')
  return existsSync(path) ? lastLines(readFileSync(path, 'utf8')) : '(no console)'
}

async function end(machine: Machine, name: NodeJS.Signals, seconds: number): Promise<boolean> {
  const mark = runningMachine(machine.folder)
  if (mark !== undefined) {
    const leader = leaderOf(mark)
    const inner = leader === undefined ? undefined : markProcess(leader)
    signal(mark, name)
    if (!(await waitUntilGone(mark, seconds))) return false
    // The kernel ends the host's processes with its process 1, a moment after nspawn itself.
    if (inner !== undefined && !(await waitUntilGone(inner, 10))) throw new Error(`${machine.hostname} does not end (process ${inner.pid})`)
  }
  rmSync(join(machine.folder, 'pid'), { force: true })
  await sleep(5)
  removeCgroups(machine.machine)
  return true
}

const ENTER_GROUPS = `set -e
while [ "$1" != -- ]; do mkdir -p "$1"; echo $$ > "$1/cgroup.procs"; shift; done
shift
exec "$@"`
