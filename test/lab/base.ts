import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './command.ts'
import { type Mirror, type Suite } from './mirror.ts'
import { isRunning, markProcess } from './process.ts'
import { furnishBase, furnishWithApt } from './base-files.ts'

// Counts up when what the lab puts into a base changes.
const FORMAT = 2
const INCLUDED =
  'systemd,systemd-sysv,dbus,openssh-server,sudo,ca-certificates,iproute2,procps,libpam-systemd'

// The folder of a bare Debian of this suite, whether it is there yet or not.
export function baseFolder(bases: string, suite: Suite, mirror: Mirror): string {
  const made = JSON.stringify([FORMAT, INCLUDED, mirror])
  return join(bases, `${suite}-${createHash('sha256').update(made).digest('hex').slice(0, 12)}`)
}

// Makes the bare Debian of a suite unless it is in the cache (about a minute); a build that was killed leaves nothing usable.
export async function makeBase(bases: string, suite: Suite, mirror: Mirror, log: (line: string) => void): Promise<void> {
  const finished = baseFolder(bases, suite, mirror)
  if (existsSync(finished)) return
  log(`lab: makes the ${suite} base from ${mirror.main} (about a minute, once)`)
  const building = join(bases, `.building-${suite}-${process.pid}-${markProcess(process.pid)?.started}`)
  mkdirSync(building, { recursive: true })
  await alone(['debootstrap', '--variant=minbase', `--include=${INCLUDED}`, suite, building, mirror.main])
  furnishWithApt(building, suite, mirror)
  // A server is patched when somebody begins to use it; otherwise many installs would have to upgrade something.
  await alone(['sh', '-c', UPGRADE, 'sh', building])
  await furnishBase(building)
  // Another lab may have been faster: then its base stands and ours goes.
  if (existsSync(finished)) rmSync(building, { recursive: true })
  else renameSync(building, finished)
}

// The mounts and children of a program end with it, and it ends with us: a killed build leaves nothing but files.
async function alone(command: readonly string[]): Promise<void> {
  const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  await must('setpriv', ['--pdeathsig', 'KILL', ...apart, ...command], { timeoutSeconds: 900 })
}

const UPGRADE = `set -e
mount -t proc proc "$1/proc"
export DEBIAN_FRONTEND=noninteractive
chroot "$1" apt-get -q update
chroot "$1" apt-get -q -y dist-upgrade`

// Throws away what killed builds left.
export function dropDeadBuilds(bases: string): void {
  for (const name of readdirSync(bases)) {
    const match = /^\.building-[a-z]+-(\d+)-(\d+)$/.exec(name)
    if (match === null) continue
    if (isRunning({ pid: Number(match[1]), started: match[2] as string })) continue
    rmSync(join(bases, name), { recursive: true })
  }
}
