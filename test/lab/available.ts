import { readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'

// Why the lab cannot run on this machine, in a sentence, or nothing when it can.
export function labUnavailable(): string | undefined {
  if (process.platform !== 'linux') return `the lab needs Linux, this is ${process.platform}`
  if (process.getuid?.() !== 0)
    return 'the lab needs root (it mounts disks and makes network interfaces): run it as root'
  if (!/^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'))) {
    return 'the lab needs Debian or a relative of it (apt-get and debootstrap)'
  }
  const tried = spawnSync('unshare', ['--mount', '--pid', '--net', '--fork', 'sh', '-c', OVERLAY_TRIAL], {
    encoding: 'utf8',
    timeout: 300_000,
  })
  if (tried.error !== undefined) return `the lab needs unshare (util-linux): ${tried.error.message}`
  if (tried.status !== 0) return `the lab needs namespaces and overlay mounts, refused here: ${tried.stderr.trim()}`
  return undefined
}

// In a mount namespace of its own: nothing is left of it.
const OVERLAY_TRIAL = `set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root`
