import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { must } from './command.ts'
import { type Mirror, type Suite, sourcesList } from './mirror.ts'

// Tells apt where packages are, as an installed server of this suite knows it.
export function furnishWithApt(folder: string, suite: Suite, mirror: Mirror): void {
  put(folder, 'etc/apt/sources.list', sourcesList(suite, mirror))
  put(folder, 'etc/apt/apt.conf.d/90lab', `${mirror.settings.join('\n')}\n`)
}

// Turns a fresh Debian into a bare server: sshd speaks of itself, three users, apt has never looked for packages.
export async function furnishBase(folder: string): Promise<void> {
  // OpenSSH 9.8 and later shuts out an address that often leaves early; all tests come from one address.
  const penalties = existsSync(join(folder, 'usr/lib/openssh/sshd-session')) ? 'PerSourcePenalties no\n' : ''
  put(folder, 'etc/ssh/sshd_config.d/lab.conf', `MaxStartups 100:30:200\nLogLevel VERBOSE\nUseDNS no\n${penalties}`)
  put(folder, 'etc/default/ssh', 'SSHD_OPTS="-E /var/log/sshd.log"\n')
  put(folder, 'etc/sudoers.d/ops', 'ops ALL=(ALL) NOPASSWD: ALL\n', 0o440)
  put(folder, 'etc/machine-id', '')
  put(folder, 'etc/systemd/system/lab-network.service', NETWORK_UNIT)
  for (const user of ['ops', 'nosudo']) {
    await must('chroot', [folder, 'useradd', '--create-home', '--shell', '/bin/bash', user])
  }
  const enable = ['--root', folder, 'enable', 'lab-network.service', 'ssh.service']
  await must('systemctl', enable)
  // They would hold apt's lock at moments of their own choice.
  await must('systemctl', ['--root', folder, 'mask', 'apt-daily.timer', 'apt-daily-upgrade.timer', 'e2scrub_all.timer'])
  emptyOf(join(folder, 'etc/ssh'), /^ssh_host_/)
  emptyOf(join(folder, 'var/lib/apt/lists'), /./)
  emptyOf(join(folder, 'var/cache/apt'), /\.bin$/)
  emptyOf(join(folder, 'var/cache/apt/archives'), /\.deb$/)
}

function put(folder: string, path: string, text: string, mode = 0o644): void {
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text, { mode })
}

function emptyOf(folder: string, names: RegExp): void {
  for (const name of readdirSync(folder)) {
    if (names.test(name)) rmSync(join(folder, name), { recursive: true })
  }
}

// Addresses come from a file of the host, so that a reboot from inside finds them again.
const NETWORK_UNIT = `[Unit]
Description=Address and route of a lab host
DefaultDependencies=no
After=systemd-sysctl.service
Before=network.target ssh.service
Wants=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
EnvironmentFile=/etc/lab-network
ExecStart=ip link set lo up
ExecStart=ip link set host0 up mtu \${MTU}
ExecStart=ip address replace \${ADDRESS}/24 dev host0
ExecStart=ip route replace default via \${GATEWAY}

[Install]
WantedBy=multi-user.target
`
