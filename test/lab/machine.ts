import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cgroupsOf, processesIn, removeCgroups } from './cgroup.ts'
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

// Takes the power away: no goodbye, nothing flushed. Also for what an earlier process left behind.
export async function cutPower(machine: Machine): Promise<void> {
  const end = Date.now() + 10_000
  // A host outlives its systemd-nspawn, so it is found by its control groups; its process 1 takes the rest with it.
  for (let left = processesIn(machine.machine); left.length > 0; left = processesIn(machine.machine)) {
    if (Date.now() > end) throw new Error(`${machine.hostname} does not end: processes ${left.join(' ')} are left`)
    for (const mark of left.map(markProcess)) if (mark !== undefined) signal(mark, 'SIGKILL')
    await sleep(20)
  }
  forget(machine)
}

// Shuts down in order, and takes the power away when that takes too long.
export async function shutDown(machine: Machine, seconds: number): Promise<void> {
  const mark = runningMachine(machine.folder)
  if (mark !== undefined) {
    signal(mark, 'SIGTERM')
    await waitUntilGone(mark, seconds)
  }
  await cutPower(machine)
}

// What the machine printed last, for errors.
export function consoleTail(folder: string): string {
  const path = join(folder, 'console.log')
  return existsSync(path) ? lastLines(readFileSync(path, 'utf8')) : '(no console)'
}

function forget(machine: Machine): void {
  rmSync(join(machine.folder, 'pid'), { force: true })
  removeCgroups(machine.machine)
}

const ENTER_GROUPS = `set -e
while [ "$1" != -- ]; do mkdir -p "$1"; echo $$ > "$1/cgroup.procs"; shift; done
shift
exec "$@"`
