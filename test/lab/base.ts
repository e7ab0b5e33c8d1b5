import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { must } from './command.ts'
import { makeOnce } from './lock.ts'
import { type Mirror, type Suite } from './mirror.ts'
import { markProcess } from './process.ts'
import { furnishBase, furnishWithApt } from './base-files.ts'

// Counts up when what the lab puts into a base changes.
const FORMAT = 2
const INCLUDED = 'systemd,systemd-sysv,dbus,openssh-server,sudo,ca-certificates,iproute2,procps,libpam-systemd'

// The folders of the bare Debians of this week, by suite, whether they are there yet or not. A new week makes new ones:
// on a server that has not been patched for long, many installs would have to upgrade something.
export function baseFolders(bases: string, mirror: Mirror): Record<Suite, string> {
  const week = Math.floor(Date.now() / (7 * 24 * 3600 * 1000))
  const hash = createHash('sha256')
    .update(JSON.stringify([FORMAT, INCLUDED, mirror, week]))
    .digest('hex')
    .slice(0, 12)
  return { bookworm: join(bases, `bookworm-${hash}`), trixie: join(bases, `trixie-${hash}`) }
}

// Makes the bare Debian of a suite unless it is in the cache (about a minute), or waits for who makes it; a build that
// was killed leaves nothing usable.
export async function makeBase(
  finished: string,
  suite: Suite,
  mirror: Mirror,
  log: (line: string) => void,
): Promise<void> {
  await makeOnce(
    finished,
    () => existsSync(finished),
    () => build(finished, suite, mirror, log),
  )
}

async function build(finished: string, suite: Suite, mirror: Mirror, log: (line: string) => void): Promise<void> {
  log(`lab: makes the ${suite} base from ${mirror.main} (about a minute, once)`)
  const building = join(dirname(finished), `.building-${suite}-${process.pid}-${markProcess(process.pid)?.started}`)
  mkdirSync(building, { recursive: true })
  await alone(['debootstrap', '--variant=minbase', `--include=${INCLUDED}`, suite, building, mirror.main])
  furnishWithApt(building, suite, mirror)
  await alone(['sh', '-c', UPGRADE, 'sh', building])
  await furnishBase(building)
  renameSync(building, finished)
}

// The mounts and children of a program end with it, and it ends with us: a killed build leaves nothing but files.
async function alone(command: readonly string[]): Promise<void> {
  const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  await must('setpriv', ['--pdeathsig', 'KILL', ...apart, ...command], { timeoutSeconds: 3600 })
}

const UPGRADE = `set -e
mount -t proc proc "$1/proc"
export DEBIAN_FRONTEND=noninteractive
chroot "$1" apt-get -q update
chroot "$1" apt-get -q -y dist-upgrade`
