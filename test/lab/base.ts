import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './command.ts'
import { type Mirror, type Suite } from './mirror.ts'
import { isRunning, markProcess } from './process.ts'
import { furnishBase } from './base-files.ts'

const FORMAT = 1
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
  // Its mounts and children end with debootstrap, and debootstrap ends with us: a killed build leaves only files.
  const bootstrap = ['--variant=minbase', `--include=${INCLUDED}`, suite, building, mirror.main]
  const alone = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'debootstrap']
  await must('setpriv', [...alone, ...bootstrap], { timeoutSeconds: 900 })
  await furnishBase(building, suite, mirror)
  // Another lab may have been faster: then its base stands and ours goes.
  if (existsSync(finished)) rmSync(building, { recursive: true })
  else renameSync(building, finished)
}

// Throws away what killed builds left.
export function dropDeadBuilds(bases: string): void {
  for (const name of readdirSync(bases)) {
    const match = /^\.building-[a-z]+-(\d+)-(\d+)$/.exec(name)
    if (match === null) continue
    if (isRunning({ pid: Number(match[1]), started: match[2] as string })) continue
    rmSync(join(bases, name), { recursive: true })
  }
}
