import { must, run } from './command.ts'

const LAB = [
  'debootstrap',
  'systemd-container',
  'debian-archive-keyring',
  'iptables',
  'iproute2',
  'openssh-client',
  'dpkg-dev',
  'gnupg',
]

// Installs what the lab lacks on this machine and says so in one line; does nothing when everything is there.
export function installMissingPackages(log: (line: string) => void): Promise<void> {
  return installPackages('lab', LAB, log)
}

// Installs those of the packages that are not there and says so in one line, in whose name; does nothing when all are.
export async function installPackages(
  who: string,
  needed: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const query = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...needed])
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  const missing = needed.filter((name) => !installed.has(name))
  if (missing.length === 0) return
  log(`${who}: installs ${missing.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
  const install = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=900', 'install', ...missing]
  const first = await run('apt-get', install, { env, timeoutSeconds: 1800 })
  if (first.code === 0) return
  await must('apt-get', ['-q', 'update'], { env, timeoutSeconds: 1800 })
  await must('apt-get', install, { env, timeoutSeconds: 1800 })
}
