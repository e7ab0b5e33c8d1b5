import { spawn } from 'node:child_process'
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cgroupsOf, cpuSeconds, processesIn, removeCgroups } from './cgroup.ts'
import { lastLines } from './command.ts'
import { isFirstOfItsNamespace, isRunning, markProcess, signal, waitUntilGone, type ProcessMark } from './process.ts'

// One namespaced machine: its folder (pid and console.log are there), the name the kernel knows it by, its network, and
// where the CPU that it used is noted.
export type Machine = { folder: string; machine: string; hostname: string; bridge: string; cpuNotes: string }

// Switches a machine on; it goes on running without us. Its disk must be mounted.
export async function switchOn(machine: Machine): Promise<ProcessMark> {
  const console = openSync(join(machine.folder, 'console.log'), 'a')
  const nspawn = [
    'systemd-nspawn',
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--boot',
    '--resolv-conf=copy-host',
    '--link-journal=no',
    `--directory=${join(machine.folder, 'root')}`,
    `--machine=${machine.machine}`,
    `--hostname=${machine.hostname}`,
    `--network-bridge=${machine.bridge}`,
  ]
  const child = spawn('sh', ['-c', KEEP_RUNNING, ENTER_GROUPS, ...cgroupsOf(machine.machine), '--', ...nspawn], {
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

// What keeps a machine's folder running, or nothing when it is off.
export function runningMachine(folder: string): ProcessMark | undefined {
  const path = join(folder, 'pid')
  if (!existsSync(path)) return undefined
  const mark = JSON.parse(readFileSync(path, 'utf8')) as ProcessMark
  return isRunning(mark) ? mark : undefined
}

// The host's own process 1 as this machine numbers it; it changes when the host reboots itself.
export function leaderOf(machine: string): number | undefined {
  return processesIn(machine).find(isFirstOfItsNamespace)
}

// Takes the power away: no goodbye, nothing flushed. Also for what an earlier process left behind.
export async function cutPower(machine: Machine): Promise<void> {
  const end = Date.now() + 120_000
  const keeper = runningMachine(machine.folder)
  // With its process group: what it was about to start would enter the host's groups only later.
  if (keeper !== undefined) process.kill(-keeper.pid, 'SIGKILL')
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
  const used = cpuSeconds(machine.machine)
  if (used > 0) appendFileSync(machine.cpuNotes, `${used}\n`)
  removeCgroups(machine.machine)
}

// systemd-nspawn ends with 133 when the host asked for a reboot, and leaves starting it again to whoever runs it. This
// shell stays outside the groups: a group with processes of its own could not hand controllers down.
const KEEP_RUNNING = `
trap 'kill -TERM $nspawn' TERM
code=133
while [ "$code" = 133 ]; do
  sh -c "$0" sh "$@" & nspawn=$!
  while wait "$nspawn"; code=$?; kill -0 "$nspawn" 2>/dev/null; do :; done
done`

const ENTER_GROUPS = `set -e
while [ "$1" != -- ]; do mkdir -p "$1"; echo $$ > "$1/cgroup.procs"; shift; done
shift
exec "$@"`
