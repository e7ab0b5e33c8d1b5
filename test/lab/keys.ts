import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './command.ts'

// Makes the key pair with which every user of every host may be entered, once per machine.
export async function makeLabKey(path: string): Promise<void> {
  if (existsSync(path)) return
  const fresh = `${path}.${process.pid}`
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', fresh])
  try {
    // Two labs may do this at once; the first pair stays.
    linkSync(`${fresh}.pub`, `${path}.pub`)
    linkSync(fresh, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(fresh)
    rmSync(`${fresh}.pub`)
  }
}

// Gives a disk host keys of its own and lets the lab's key in for root and the two ordinary users.
export async function giveKeys(root: string, labKey: string): Promise<void> {
  for (const type of ['ed25519', 'ecdsa']) {
    const path = join(root, `etc/ssh/ssh_host_${type}_key`)
    rmSync(path, { force: true })
    rmSync(`${path}.pub`, { force: true })
    await must('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'host', '-f', path])
  }
  const allowed = readFileSync(`${labKey}.pub`, 'utf8')
  const passwd = readFileSync(join(root, 'etc/passwd'), 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const user of ['root', 'ops', 'nosudo']) {
    const entry = passwd.find((fields) => fields[0] === user)
    if (entry === undefined) throw new Error(`${root} has no user ${user}`)
    const folder = join(root, entry[5] as string, '.ssh')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, 'authorized_keys'), allowed, { mode: 0o600 })
    await must('chown', ['-R', `${entry[2]}:${entry[3]}`, folder])
  }
}

// The public host keys of a disk, as known_hosts wants them after the address: `ssh-ed25519 AAAA…`.
export function hostKeys(root: string): string[] {
  return ['ed25519', 'ecdsa'].map((type) => {
    const [kind, key] = readFileSync(join(root, `etc/ssh/ssh_host_${type}_key.pub`), 'utf8').split(' ')
    return `${kind} ${key}`
  })
}

export type SshEntry = { name: string; address: string; hostKeys: string[] }
export type SshFiles = { knownHosts: string; sshConfig: string; key: string }

// Writes known_hosts and ssh_config for these hosts: `ssh -F ssh_config NAME` enters as root with strict checking.
export function writeSshFiles(files: SshFiles, entries: readonly SshEntry[]): void {
  const known = entries.flatMap((each) => each.hostKeys.map((key) => `${each.address},${each.name} ${key}\n`))
  writeFileSync(files.knownHosts, known.join(''), { mode: 0o600 })
  const blocks = entries.map((each) => `Host ${each.name}\n  HostName ${each.address}\n`)
  const common = [
    'Host *',
    '  User root',
    `  IdentityFile ${files.key}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${files.knownHosts}`,
    '  StrictHostKeyChecking yes',
    '  BatchMode yes',
    '  ConnectTimeout 5',
    '',
  ]
  writeFileSync(files.sshConfig, blocks.join('') + common.join('\n'), { mode: 0o600 })
}
