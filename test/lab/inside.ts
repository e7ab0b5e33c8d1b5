import { run, type CommandResult } from './command.ts'

// Runs a shell script as root inside the namespaces of a host, without its sshd.
export function runInside(leader: number, script: string, timeoutSeconds: number): Promise<CommandResult> {
  const enter = ['--target', String(leader), '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup']
  const clean = [
    'env',
    '-i',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
    'USER=root',
    'LC_ALL=C.UTF-8',
  ]
  return run('nsenter', [...enter, '--', ...clean, 'DEBIAN_FRONTEND=noninteractive', '/bin/sh', '-c', script], {
    timeoutSeconds,
  })
}
